import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { askControl } from '../../../src/api/control.ts';
import { askReload } from '../../../src/api/health.ts';
import { bug } from '../../../src/core/errors.ts';
import type { Running } from '../../interop/support/netns.ts';
import { memoryFault, rssKibOf, secondsSince, type Finding } from '../findings.ts';
import { startServe, stateFolder } from '../serve-process.ts';
import { KINDS, type LoadFigures } from './figures.ts';
import type { Order, Report } from './load.ts';
import { leaseSeconds, writeScenario, type Day } from './plan.ts';
import { holdingsOf, type Holdings } from './server.ts';

/** More than the load of the half day may lose in a full buffer: over loopback a datagram is hardly ever lost. */
const AGAIN_RATIO_MAX = 0.001;
const QUIET_MS = 1_500;
/** What a busy server has still to close is closed by then. */
const SETTLE_MS_MAX = 30_000;

interface Quiet {
  readonly rssKib: number;
  readonly holdings: Holdings;
}

/** A day of an ISP against one `headend serve` with a state folder: no error, and nothing that grows. */
export async function soakDay(
  { program, root }: { readonly program: string; readonly root: string },
  day: Day,
): Promise<readonly Finding[]> {
  const startedAt = performance.now();
  const state = stateFolder();
  const path = writeScenario(day, state.folder, root);
  const running = await startServe({ path, program }, 'dhcp,tftp,tod,dns', `${state.folder}/state`);
  const load = await Load.start(day);
  try {
    const scene = { running, load, folder: `${state.folder}/state` };
    const { first, second, figures, leases } = await passDay(scene, day);
    const ended = await running.end('SIGTERM');
    const faults = [
      ...faultsOf(figures),
      ...growthOf(first, second),
      ...leases,
      ...(ended === 0 ? [] : [`SIGTERM: ${ended}`]),
    ];
    const note = `${day.modems.toLocaleString('en')} modems in ${day.seconds} s, leases of ${leaseSeconds(day)} s; ${describe(figures)}; ${describeGrowth(first, second)}`;
    const fault = faults.length === 0 ? undefined : faults.join('; ');
    return [
      {
        part: 'day',
        what: 'a day of an ISP',
        count: answersOf(figures),
        seconds: secondsSince(startedAt),
        note,
        fault,
      },
    ];
  } finally {
    load.stop();
    await running.end('SIGKILL');
    state.remove();
  }
}

interface Scene {
  readonly running: Running;
  readonly load: Load;
  readonly folder: string;
}

/** Two halves, each of so many minutes with a line of figures, each with a quiet moment at its end. */
async function passDay(
  scene: Scene,
  day: Day,
): Promise<{
  readonly first: Quiet;
  readonly second: Quiet;
  readonly figures: LoadFigures;
  /** What is wrong with leases. */
  readonly leases: readonly string[];
}> {
  const { load } = scene;
  const minutes = day.seconds >= 600 ? Math.round(day.seconds / 60) : 6;
  const minuteMs = (day.seconds * 1000) / minutes;
  let first: Quiet | undefined;
  await load.ask('start');
  for (let minute = 1; minute <= minutes; minute++) {
    await sleep(minuteMs);
    show(scene, await load.figures(), (minute * minuteMs) / 1000);
    // An operator is at work, too: the file is read again, under load.
    await reload(scene.folder);
    if (minute === Math.floor(minutes / 2)) {
      first = await quiet(scene);
      await load.ask('resume');
    }
  }
  // Nobody renews any more: before they end.
  await load.ask('pause');
  const leases = await leaseFault(scene.folder, load);
  const second = await quiet(scene, first);
  return { first: first ?? second, second, figures: await load.figures(), leases };
}

/** Nothing is asked and nothing is open: what is held now is held for good. */
async function quiet({ running, load, folder }: Scene, before?: Quiet): Promise<Quiet> {
  await load.ask('pause');
  const settledBy = performance.now() + SETTLE_MS_MAX;
  let holdings: Holdings;
  do {
    await sleep(QUIET_MS);
    holdings = holdingsOf(pidOf(running), folder);
  } while (before !== undefined && isMore(holdings, before.holdings) && performance.now() < settledBy);
  return { rssKib: await rssKibOf(running.child), holdings };
}

function isMore(now: Holdings, before: Holdings): boolean {
  return now.descriptors > before.descriptors || now.sockets > before.sockets;
}

async function reload(folder: string): Promise<void> {
  const outcome = await askReload(folder);
  if (!outcome.reloaded) throw new Error(`the file was not taken: ${JSON.stringify(outcome)}`);
}

function pidOf(running: Running): number {
  return running.child.pid ?? bug('a process without a number');
}

function show({ running, folder }: Scene, figures: LoadFigures, seconds: number): void {
  const { rssMib, descriptors, sockets, diskMib } = holdingsOf(pidOf(running), folder);
  const kinds = KINDS.map((kind) => {
    const { answers, p50Ms, p99Ms } = figures.kinds[kind];
    return `${kind} ${answers} (${p50Ms.toFixed(1)}/${p99Ms.toFixed(1)} ms)`;
  });
  const held = `RSS ${rssMib.toFixed(0)} MiB, ${descriptors} descriptors, ${sockets} sockets, ${diskMib.toFixed(1)} MiB on disk`;
  console.log(
    `  ${seconds.toFixed(0).padStart(5)} s  ${kinds.join(', ')}; ${figures.bound} leases, ${figures.errors} errors; ${held}`,
  );
  for (const text of figures.texts) console.log(`           ${text}`);
}

function answersOf({ kinds }: LoadFigures): number {
  return KINDS.reduce((sum, kind) => sum + kinds[kind].answers, 0);
}

function describe(figures: LoadFigures): string {
  const { renewals, reboots, releases } = figures;
  return `${renewals} renewals, ${reboots} reboots, ${releases} releases`;
}

function faultsOf(figures: LoadFigures): readonly string[] {
  const faults = figures.errors === 0 ? [] : [`${figures.errors} errors: ${figures.texts.join('; ')}`];
  const again = KINDS.reduce((sum, kind) => sum + figures.kinds[kind].again, 0);
  if (again > answersOf(figures) * AGAIN_RATIO_MAX) faults.push(`${again} questions were asked again`);
  for (const kind of KINDS) if (figures.kinds[kind].answers === 0) faults.push(`no answer from ${kind}`);
  if (figures.renewals === 0 || figures.reboots === 0 || figures.releases === 0)
    faults.push(`not a whole day: ${describe(figures)}`);
  return faults;
}

function describeGrowth(first: Quiet, second: Quiet): string {
  const rss = (quiet_: Quiet): string => (quiet_.rssKib / 1024).toFixed(1);
  const { descriptors, sockets } = second.holdings;
  return `RSS ${rss(first)} MiB after the first half, ${rss(second)} after the second (${(second.rssKib / first.rssKib).toFixed(3)}); ${first.holdings.descriptors}, ${descriptors} descriptors; ${first.holdings.sockets}, ${sockets} sockets; ${first.holdings.diskMib.toFixed(1)}, ${second.holdings.diskMib.toFixed(1)} MiB on disk`;
}

function growthOf(first: Quiet, second: Quiet): readonly string[] {
  const faults: string[] = [];
  const memory = memoryFault({ firstHalfKib: first.rssKib, secondHalfKib: second.rssKib });
  if (memory !== undefined) faults.push(memory);
  if (second.holdings.descriptors > first.holdings.descriptors) faults.push('its descriptors grow');
  if (second.holdings.sockets > first.holdings.sockets) faults.push('its sockets grow');
  if (second.holdings.diskMib > first.holdings.diskMib * 1.1 + 1) faults.push('its files grow');
  return faults;
}

/** Every lease that a client has, and that has not ended by then, is in the server's list. */
async function leaseFault(folder: string, load: Load): Promise<readonly string[]> {
  const { leases = [] } = await load.ask('leases');
  const [server] = (await askControl(folder, 'leases')) as readonly [
    { leases: readonly { address: string; state: string }[] },
  ];
  const bound = new Set(server.leases.filter(({ state }) => state === 'bound').map(({ address }) => address));
  const now = Date.now();
  const lasting = leases.filter(({ until }) => until > now);
  const lost = lasting.filter(({ address }) => !bound.has(address));
  if (lasting.length > 0 && lost.length === 0) return [];
  return [
    `${lost.length} of ${lasting.length} leases are not in the list, such as ${lost[0]?.address ?? 'none'}`,
  ];
}

/** The load's process, one order at a time. */
class Load {
  readonly #child: ChildProcess;

  static async start(day: Day): Promise<Load> {
    const child = fork(new URL('load.js', import.meta.url), [JSON.stringify(day)], { stdio: 'inherit' });
    await once(child, 'message');
    return new Load(child);
  }

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  async ask(order: Order): Promise<Report> {
    const waiting = new AbortController();
    const { signal } = waiting;
    const gone = once(this.#child, 'exit', { signal }).then(([code]) => {
      throw new Error(`the load ended with ${String(code)}`);
    });
    const answered = once(this.#child, 'message', { signal });
    this.#child.send(order);
    try {
      const [report] = (await Promise.race([answered, gone])) as [Report];
      return report;
    } finally {
      gone.catch(() => {});
      waiting.abort();
    }
  }

  async figures(): Promise<LoadFigures> {
    const { figures } = await this.ask('figures');
    return figures ?? bug('a report without figures');
  }

  stop(): void {
    if (this.#child.exitCode === null) this.#child.kill('SIGKILL');
  }
}
