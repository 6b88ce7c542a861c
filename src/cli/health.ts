import { EXIT } from '../api/exit.ts';
import { askHealth } from '../api/health.ts';
import type { Health } from '../api/health.ts';
import { formatCount, span } from '../api/report.ts';
import type { Line } from '../api/report.ts';
import { defineVerb, jsonFlag } from './program.ts';

export const health = defineVerb(
  'health',
  (command) =>
    command.requiredOption('--state <folder>', 'the folder that serve was given').addOption(jsonFlag()),
  async ({ output }, _operands, flags) => {
    const found = await askHealth(flags['state'] as string);
    if (flags['json'] === true) output.json({ format_version: 1, ...snakeCased(found) });
    else output.lines(healthLines(found));
    return found.verdict === 'fail' ? EXIT.failed : EXIT.passed;
  },
);

function snakeCased({ upSeconds, loadedAt, rssOctets, ...same }: Health): Readonly<Record<string, unknown>> {
  return { ...same, up_seconds: upSeconds, loaded_at: loadedAt, rss_octets: rssOctets };
}

const STYLES = { pass: 'good', warn: 'warn', fail: 'bad' } as const;

function healthLines(found: Health): Line[] {
  const { verdict, pid, upSeconds, file, loadedAt, reloads, counts, rssOctets, disk } = found;
  const loaded = `${new Date(loadedAt * 1_000).toISOString().slice(0, 19)}Z`;
  return [
    [span(` ${verdict}`, STYLES[verdict]), span(`  serve, process ${pid}, up ${upTime(upSeconds)}`)],
    ...found.findings.map((finding): Line => [span(`   ${finding}`, STYLES[verdict])]),
    fact(
      'file',
      `${file ?? '-'}, loaded ${loaded}${reloads === 0 ? '' : `, ${formatCount(reloads)} reloads`}`,
    ),
    ...found.endpoints.map(({ host, protocol, bound }) =>
      fact('endpoint', `${host.padEnd(10)}${protocol} ${bound}`),
    ),
    ...found.pools.map((pool) =>
      fact(
        'pool',
        `${pool.server} ${pool.subnet}: ${formatCount(pool.bound)} bound, ${formatCount(pool.offered)} offered, ` +
          `${formatCount(pool.declined)} declined, ${formatCount(pool.free)} of ${formatCount(pool.addresses)} free`,
      ),
    ),
    fact(
      'datagrams',
      `${formatCount(counts['datagramsIn'] ?? 0)} in, ${formatCount(counts['datagramsOut'] ?? 0)} out`,
    ),
    fact('memory', `${Math.round(rssOctets / (1024 * 1024))} MiB`),
    fact('disk', disk),
  ];
}

function fact(name: string, value: string): Line {
  return [span(`   ${name.padEnd(11)}`, 'dim'), span(value)];
}

function upTime(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const clock = new Date((seconds % 86_400) * 1_000).toISOString().slice(11, 19);
  return days === 0 ? clock : `${days} d ${clock}`;
}
