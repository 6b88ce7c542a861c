import { EXIT } from '../api/exit.ts';
import { compareFlapping, type FlapModel, type FlapOptions } from '../api/flap.ts';
import { askHealth, setCheck } from '../api/health.ts';
import type { CheckHealth, Health } from '../api/health.ts';
import { UsageError } from '../api/failure.ts';
import { boundText } from '../api/port-use.ts';
import { ConfigError } from '../core/errors.ts';
import { formatCount, span } from '../api/report.ts';
import type { Line } from '../api/report.ts';
import { type Flags, defineVerb, jsonFlag } from './program.ts';

const WORDS = ['up', 'down', 'auto'] as const;

export const health = defineVerb(
  'health [words...]',
  (command) =>
    command
      .usage('[set CHECK up|down|auto | flap HISTORY] [options]')
      .option('--state <folder>', 'the folder that serve was given')
      .option('--every <duration>', 'flap: from probe to probe', '10s')
      .option('--route53 <count>', 'flap: how many in a row', '3')
      .option('--gdnsd <up,ok,down>', 'flap: thresholds as gdnsd has them', '20,10,10')
      .addOption(jsonFlag())
      .addHelpText('after', HELP),
  async ({ output }, words, flags) => {
    const isJson = flags['json'] === true;
    if (words[0] === 'flap') {
      const models = compareFlapping(flapOptions(words, flags));
      if (isJson) output.json({ format_version: 1, models: models.map(flapJson) });
      else output.lines(models.map(flapLine));
      return EXIT.passed;
    }
    const state = stateOf(flags);
    if (words.length > 0) {
      const { name, to } = settingOf(words);
      const checks = await setCheck(state, name, to);
      if (isJson) output.json({ format_version: 1, checks });
      else output.lines(checks.map(checkLine));
      return EXIT.passed;
    }
    const found = await askHealth(state);
    if (isJson) output.json({ format_version: 1, ...snakeCased(found) });
    else output.lines(healthLines(found));
    return found.verdict === 'fail' ? EXIT.failed : EXIT.passed;
  },
);

const HELP = `
set says what a health check of the DNS is; auto gives it back to its probes.
flap runs one history of probes through the thresholds of Route 53 and of gdnsd:
+ and - are probes of a target that is well, passed and lost; ! and x of one that is down.`;

function stateOf(flags: Flags): string {
  const state = flags['state'];
  if (typeof state === 'string') return state;
  throw new UsageError('health asks a running serve: name the folder of its --state');
}

function flapOptions([, history = '', ...more]: readonly string[], flags: Flags): FlapOptions {
  if (more.length > 0) throw new ConfigError('health flap', more.join(' '), 'one history');
  const text = (name: string): string => String(flags[name]);
  return { history, every: text('every'), route53: text('route53'), gdnsd: text('gdnsd') };
}

function flapJson({
  falseDownSeconds,
  missedDownSeconds,
  ...same
}: FlapModel): Readonly<Record<string, unknown>> {
  return { ...same, false_down_seconds: falseDownSeconds, missed_down_seconds: missedDownSeconds };
}

function flapLine({
  model,
  threshold,
  states,
  changes,
  falseDownSeconds,
  missedDownSeconds,
}: FlapModel): Line {
  return [
    span(` ${`${model} ${threshold}`.padEnd(18)}`, 'strong'),
    span(states),
    span(
      `  ${formatCount(changes)} changes, down for nothing ${falseDownSeconds} s, down unseen ${missedDownSeconds} s`,
    ),
  ];
}

function settingOf([verb = '', name = '', word, ...more]: readonly string[]): {
  readonly name: string;
  readonly to: CheckHealth['set'];
} {
  const to = WORDS.find((one) => one === word);
  if (verb !== 'set' || to === undefined || more.length > 0)
    throw new ConfigError('health', [verb, name, word, ...more].join(' ').trim(), 'set CHECK up|down|auto');
  return { name, to };
}

function snakeCased({ upSeconds, loadedAt, rssOctets, ...same }: Health): Readonly<Record<string, unknown>> {
  return { ...same, up_seconds: upSeconds, loaded_at: loadedAt, rss_octets: rssOctets };
}

const STYLES = { pass: 'good', warn: 'warn', fail: 'bad' } as const;

function healthLines(found: Health): Line[] {
  const { verdict, pid, upSeconds, file, loadedAt, reloads, counts, rssOctets, disk } = found;
  return [
    [span(` ${verdict}`, STYLES[verdict]), span(`  serve, process ${pid}, up ${upTime(upSeconds)}`)],
    ...found.findings.map((finding): Line => [span(`   ${finding}`, STYLES[verdict])]),
    fact(
      'file',
      `${file ?? '-'}, loaded ${dateText(loadedAt)}${reloads === 0 ? '' : `, ${formatCount(reloads)} ${reloads === 1 ? 'reload' : 'reloads'}`}`,
    ),
    ...found.endpoints.map(({ host, protocol, endpoint, bound }) =>
      fact('endpoint', `${host.padEnd(10)}${protocol} ${boundText(endpoint, bound)}`),
    ),
    ...found.pools.map((pool) =>
      fact(
        'pool',
        `${pool.server} ${pool.subnet}: ${formatCount(pool.bound)} bound, ${formatCount(pool.offered)} offered, ` +
          `${formatCount(pool.declined)} declined, ${formatCount(pool.free)} of ${formatCount(pool.addresses)} free`,
      ),
    ),
    ...found.checks.map(checkLine),
    fact(
      'datagrams',
      `${formatCount(counts['datagramsIn'] ?? 0)} in, ${formatCount(counts['datagramsOut'] ?? 0)} out`,
    ),
    fact('memory', `${Math.round(rssOctets / (1024 * 1024))} MiB`),
    fact('disk', disk),
  ];
}

function checkLine(check: CheckHealth): Line {
  const { server, name, healthy, changed_at: changedAt, probed_at: probedAt, reason } = check;
  const since = changedAt === null ? '' : ` since ${dateText(changedAt)}`;
  const probed = probedAt === null ? '' : `, probed ${dateText(probedAt)}`;
  const counted = `${check.successes} passed, ${check.failures} failed in a row`;
  const probes = probedAt === null ? '' : `; ${counted}`;
  return [
    span(`   ${'check'.padEnd(11)}`, 'dim'),
    span(`${server} ${name}: `),
    span(healthy ? 'healthy' : 'unhealthy', healthy ? 'good' : 'bad'),
    span(`${since}${probed}; ${reason}${probes}`),
  ];
}

function dateText(seconds: number): string {
  return `${new Date(seconds * 1_000).toISOString().slice(0, 19)}Z`;
}

function fact(name: string, value: string): Line {
  return [span(`   ${name.padEnd(11)}`, 'dim'), span(value)];
}

function upTime(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const clock = new Date((seconds % 86_400) * 1_000).toISOString().slice(11, 19);
  return days === 0 ? clock : `${days} d ${clock}`;
}
