import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { Option } from 'commander';
import { EXIT } from '../api/exit.ts';
import { EnvironmentError } from '../core/errors.ts';
import { escapeText } from '../core/text.ts';
import { UsageError } from '../api/failure.ts';
import { DecisionLog } from '../api/log.ts';
import { silenceText, type SilentServer } from '../api/health.ts';
import { span } from '../api/report.ts';
import type { Line } from '../api/report.ts';
import { parseListening, parseMetricsEndpoint, serveFile, splitInterfaces } from '../api/serve-file.ts';
import type { Serving } from '../api/serve-file.ts';
import type { ReloadOutcome } from '../api/reload.ts';
import { HangUp } from './hang-up.ts';
import { LOG_LEVELS, ServerLog } from './log.ts';
import type { LogThreshold } from './log.ts';
import { boundText } from '../api/port-use.ts';
import { describeReload } from './reload.ts';
import { addSetFlags, loadOptionsOf } from './load-flags.ts';
import { defineVerb, jsonFlag, splitWords } from './program.ts';
import type { Flags, Session } from './program.ts';

export const serve = defineVerb(
  'serve <file>',
  (command) => {
    command
      .option(
        '--only <hosts>',
        'these hosts or groups, also a CMTS with its modems; joined by commas',
        splitWords,
      )
      .option(
        '--interface <name>',
        'answer DHCP broadcasts here (its name or address), on the addresses of the file; hfc=NAME: that cable goes on there, in another headend',
        splitWords,
      )
      .option('--listen <addresses>', 'bind these addresses instead; joined by commas', splitWords)
      .option('--state <folder>', 'keep leases here, across restarts, and take commands')
      .option('--metrics <place>', 'show metrics by HTTP at ADDRESS:PORT, or at a port of 127.0.0.1')
      .option('--user <name[:group]>', 'become this user when all is bound')
      .option('--polite', 'refuse to start beside another DHCP server')
      .addOption(new Option('--log-level <level>', 'what the log tells').choices(LOG_LEVELS).default('info'))
      .addOption(jsonFlag());
    addSetFlags(command);
  },
  async (session, [file = ''], flags) => {
    const log = new ServerLog(flags['logLevel'] as LogThreshold);
    try {
      return await serveUntilTold(session, { file, flags, log });
    } finally {
      log.close();
    }
  },
);

/** How often the log tells what it left out. */
const LOG_FLUSH_MS = 10_000;
/** How often a server that is silent at first is asked whether it answers. */
const LISTEN_MS = 250;

interface Work {
  readonly file: string;
  readonly flags: Flags;
  readonly log: ServerLog;
}

async function serveUntilTold(session: Session, { file, flags, log }: Work): Promise<number> {
  const { output, signal } = session;
  const only = (flags['only'] ?? []) as readonly string[];
  const listen = (flags['listen'] ?? []) as readonly string[];
  const { named: names, trunks } = splitInterfaces((flags['interface'] ?? []) as readonly string[]);
  const named = oneInterface(names);
  if (listen.length > 0 && named !== undefined)
    throw new UsageError('--listen and --interface exclude each other: the interface says where');
  const decisions = new DecisionLog(log);
  const crash = new AbortController();
  const hungUp = new AbortController();
  const over = AbortSignal.any([signal, crash.signal, hungUp.signal]);
  const hangUp = new HangUp();
  let running: Serving | undefined;
  process.on('SIGHUP', () => {
    if (hangUp.isEnd) hungUp.abort();
    // What was read at the start is not older than this signal by much: one that comes before then asks for nothing more.
    else if (!over.aborted) void running?.reload();
  });
  const serving = await serveFile(file, loadOptionsOf(flags), {
    only: only.length === 0 ? undefined : only,
    ...(listen.length === 0 ? {} : parseListening(listen)),
    interface: named,
    trunks,
    stateFolder: flags['state'] as string | undefined,
    metrics: flags['metrics'] === undefined ? undefined : parseMetricsEndpoint(flags['metrics'] as string),
    user: flags['user'] as string | undefined,
    polite: flags['polite'] === true,
    trace: flags['logLevel'] === 'silent' ? [] : [decisions],
    notice: (text) => log.put({ level: 'warn', message: text, fields: {} }),
    reloaded: (outcome) => {
      logReload(log, file, outcome);
    },
    bug: (error) => crash.abort(error),
  });
  running = serving;
  const silent = await serving.silent();
  announce(session, serving, silent, flags);
  followSilence(serving, silent, log, over).catch((error: unknown) => {
    if (!over.aborted) crash.abort(error);
  });
  const telling = setInterval(() => decisions.flush(), LOG_FLUSH_MS);
  if (!over.aborted) await once(over, 'abort');
  clearInterval(telling);
  // A service that threw is not waited for.
  await serving.stop(crash.signal.aborted ? 0 : undefined);
  decisions.flush();
  if (hungUp.signal.aborted) hangUp.end();
  if (crash.signal.aborted) throw crash.signal.reason;
  // To end when told is what a service manager asks of a server: SIGTERM is success.
  if (signal.reason === 'SIGTERM') session.settled();
  output.note('headend: settled and closed');
  return EXIT.passed;
}

/** Broadcasts of all interfaces come by one socket, which does not tell them apart. */
function oneInterface(names: readonly string[]): string | undefined {
  if (names.length < 2) return names[0];
  throw new EnvironmentError(
    `a serve answers broadcasts on one interface, and ${names.length} are named: ${names.map(escapeText).join(', ')}`,
    'name one; for each of the others run a relay there (dhcrelay, dnsmasq --dhcp-relay), or a serve in a network namespace or container of its own',
  );
}

/** Tells the log of each server that was silent at the start when it answers. */
async function followSilence(
  serving: Serving,
  first: readonly SilentServer[],
  log: ServerLog,
  over: AbortSignal,
): Promise<void> {
  for (let silent = first; silent.length > 0;) {
    await setTimeout(LISTEN_MS);
    if (over.aborted) return;
    const now = await serving.silent();
    for (const { server } of silent)
      if (!now.some((other) => other.server === server))
        log.put({ level: 'info', message: `${server} answers: its checks were looked at once`, fields: {} });
    silent = now;
  }
}

/** A reload is the same to the log whoever asked for it. */
function logReload(log: ServerLog, file: string, outcome: ReloadOutcome): void {
  if (outcome.reloaded) {
    log.put({ level: 'info', message: `${file}: ${describeReload(outcome)}`, fields: {} });
    return;
  }
  for (const message of outcome.messages) log.put({ level: 'error', message, fields: {} });
  log.put({
    level: 'error',
    message: `${file} was not reloaded: what was loaded before goes on`,
    fields: {},
  });
}

function announce(
  { output }: Session,
  { endpoints, hosts, controlPath, metrics }: Serving,
  silent: readonly SilentServer[],
  flags: Flags,
): void {
  const rows = endpoints.map(({ host, protocol, bound }) => ({ host, protocol, bound }));
  if (flags['json'] === true) {
    const names = hosts.map(({ name, kind }) => ({ name, kind }));
    output.text(
      `${JSON.stringify({ format_version: 1, verdict: 'pass', serving: names, endpoints: rows, control: controlPath ?? null, metrics: metrics ?? null, silent })}\n`,
    );
    return;
  }
  output.lines([
    [span(` serving ${hosts.map(({ name }) => name).join(', ')}`, 'strong')],
    ...endpoints.map(({ host, protocol, endpoint, bound }): Line => [
      span(`   ${host.padEnd(12)}${protocol} ${boundText(endpoint, bound)}`),
    ]),
    ...silent.map((server): Line => [span(`   ${silenceText(server)}`, 'warn')]),
    ...(metrics === undefined ? [] : [[span(`   metrics     http://${metrics}/metrics`)]]),
    [span('   Ctrl-C ends it', 'dim')],
  ]);
}
