import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadScenario, prepareVirtual } from '../../src/api/scenario.ts';
import { stepLines, walkThrough, type Step, type StepKey } from '../../src/api/step.ts';
import { lineText } from '../../src/api/report.ts';
import { CommandLine, SCENARIOS } from '../support/command-line.ts';

const BOOT = join(SCENARIOS, 'cable-modem-boot.yaml');
const ONE = ['devices.cm.count=1'];
const { signal } = new AbortController();

interface Walked {
  readonly steps: readonly Step[];
  readonly leftAtUs: number | undefined;
  readonly passed: number;
  readonly atFirst: number;
}

/** A run under these keys; after the last, `q`. */
async function walk(
  keys: readonly StepKey[],
  set: readonly string[] = ONE,
  untilUs?: number,
): Promise<Walked> {
  const steps: Step[] = [];
  let at = 0;
  let atFirst = 0;
  const stepped = await walkThrough(
    {
      loaded: loadScenario(BOOT, { set }),
      seed: undefined,
      untilUs,
      key: () => Promise.resolve(keys[at++] ?? 'quit'),
      show: (step) => steps.push(step),
      atFirst: () => atFirst++,
    },
    signal,
  );
  return { steps, ...stepped, atFirst };
}

/** All frames and states of the run, in order. */
async function happenings(set: readonly string[] = ONE): Promise<readonly string[]> {
  const run = prepareVirtual(loadScenario(BOOT, { set }));
  const found: string[] = [];
  await run.execute([
    {
      frame: ({ at, sender }) => found.push(`${at} frame ${sender.name}`),
      state: (at, { name }, _, state) => found.push(`${at} state ${name} ${state}`),
    },
  ]);
  return found;
}

const keyOf = ({ event }: Step): string =>
  event.kind === 'frame'
    ? `${event.at} frame ${event.sender}`
    : `${event.at} state ${event.host} ${event.state}`;
const isLost = ({ event }: Step): boolean => event.kind === 'frame' && event.fate !== 'delivered';
const isState = ({ event }: Step): boolean => event.kind === 'state';
const numbers = (steps: readonly Step[]): readonly number[] => steps.map(({ number }) => number);
const many = (key: StepKey, count: number): StepKey[] => Array.from({ length: count }, () => key);

/** Of what is printed, the lines of events. */
function events(out: string): readonly string[] {
  return out.split('\n').filter((line) => /^ +\d+\.\d{6} {2}/.test(line));
}

describe('going through a run', () => {
  test('event by event to the end: every event once, in the order of the run', async () => {
    const all = await happenings();
    const { steps, leftAtUs, passed } = await walk(many('step', all.length));
    expect(steps.map(keyOf)).toEqual(all);
    expect(numbers(steps)).toEqual(all.map((_, index) => index + 1));
    expect({ leftAtUs, passed }).toEqual({ leftAtUs: undefined, passed: 0 });
  });

  test('the reasons of an event stand with it', async () => {
    const { steps } = await walk(many('step', 30));
    const offer = steps.find(({ event }) => event.kind === 'frame' && event.message === 'OFFER');
    const text = stepLines(offer ?? steps[0]!).map((line) => lineText(line));
    expect(text[0]).toMatch(/^ +\d\.\d{6} {2}DHCP OFFER {2}dhcp > cmts on core/);
    expect(text[1]).toMatch(/^ +sent: dhcp HE-DHCP-005 .* for 00:10:18:00:00:00\)$/);
    expect(text[2]).toMatch(/^ +cmts HE-RELAY-007 /);
    // A timer's reason stands with what it led to.
    expect(steps.some(({ event, reasons }) => reasons.some(({ at }) => at < event.at))).toBe(true);
  });

  test('back is the event before, by the same run from the seed on', async () => {
    const { steps, leftAtUs } = await walk([...many('step', 20), 'back', 'back', 'step', 'quit']);
    expect(numbers(steps).slice(-5)).toEqual([20, 21, 20, 19, 20]);
    expect(keyOf(steps.at(-1)!)).toBe(keyOf(steps[19]!));
    expect(stepLines(steps.at(-1)!)).toEqual(stepLines(steps[19]!));
    expect(leftAtUs).toBe(steps[19]!.event.at);
  });

  test('all the way back: what was shown before, reasons and all', async () => {
    const { steps } = await walk([...many('step', 40), ...many('back', 40)]);
    expect(steps).toHaveLength(81);
    const shown = steps.map((step) => stepLines(step));
    expect(shown.slice(41)).toEqual(shown.slice(0, 40).toReversed());
  });

  test('there is nothing before the first', async () => {
    const { steps, atFirst } = await walk(['back', 'step', 'back', 'back']);
    expect(numbers(steps)).toEqual([1, 2, 1]);
    expect(atFirst).toBe(2);
  });

  test('next of interest: a state, or what did not arrive; what is between is counted', async () => {
    const lossy = ['devices.cm.count=1', 'net.hfc.loss=20%'];
    const all = await walk(many('step', 5_000), lossy);
    const { steps, passed } = await walk(many('next', 5_000), lossy);
    expect(steps.length).toBeLessThan(all.steps.length);
    expect(steps.filter(isLost).length).toBe(all.steps.filter(isLost).length);
    expect(all.steps.some(isLost)).toBe(true);
    expect(steps.filter(isState).length).toBe(all.steps.filter(isState).length);
    const between = steps.reduce((sum, step) => sum + step.passed, passed);
    expect(steps.length + between).toBe(all.steps.length);
  });

  test('a run that is cut ends there', async () => {
    const { steps, leftAtUs } = await walk(many('step', 5_000), ONE, 1_400_000);
    expect(leftAtUs).toBeUndefined();
    expect(steps.at(-1)!.event.at).toBeLessThanOrEqual(1_400_000);
  });
});

describe('run --step', () => {
  let headend: CommandLine;
  beforeAll(() => {
    headend = new CommandLine();
  });
  afterAll(() => headend.remove());

  const step = (input: string, ...more: readonly string[]) =>
    headend.runWith({ input }, 'run', BOOT, '--set', ...ONE, '--step', ...more);
  test('letters of lines, an empty line is Enter; q ends the run there, inconclusive', async () => {
    const { code, out, err } = await step('..\n\n.\nb\nq\n');
    expect(err).toBe('');
    const shown = events(out);
    expect(shown).toHaveLength(6);
    expect(shown[5]).toBe(shown[3]);
    expect(out).toContain('cm[0] HE-MODEM-001 ');
    expect(code).toBe(3);
  });

  test('the end of the input is q; a letter that is no key is named', async () => {
    const { code, out, err } = await step('.x.');
    expect(events(out)).toHaveLength(3);
    expect(err).toBe('headend: no key "x": . step   n next of interest   b back   q quit\n');
    expect(code).toBe(3);
  });

  test('to the end: judged as any run, with the same digest', async () => {
    const { code, out } = await step('n'.repeat(500));
    expect(code).toBe(0);
    const whole = await headend.run('run', BOOT, '--set', ...ONE);
    const digest = /digest (\w+)/.exec(whole.out)?.[1];
    expect(digest).toMatch(/^\w{16}$/);
    expect(out).toContain(`digest ${digest}`);
  });

  test('a trace of a run that was left is of that run, and can be had again', async () => {
    await step('n'.repeat(12), '--trace', 'left.trace');
    const { code, out } = await headend.run('replay', 'left.trace');
    expect(out).toContain('the same again');
    expect(code).toBe(0);
  });

  test.each([
    { more: ['--json'], says: '--step shows a run to a person' },
    { more: ['--speed', '1x'], says: '--step shows a run to a person' },
    { more: ['--mode', 'live'], says: 'a live run does not wait' },
    { more: ['--seeds', '1..3'], says: '--step is for one run' },
    { more: [BOOT], says: '--step is for one scenario' },
  ])('not with $more', async ({ more, says }) => {
    const { code, err } = await step('', ...more);
    expect(err).toContain(says);
    expect(code).toBe(2);
  });
});
