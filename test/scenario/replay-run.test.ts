import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CommandLine, SCENARIOS } from '../support/command-line.ts';

const LOSSY = ['--set', 'net.hfc.loss=2%', '--seed', '9'];
let headend: CommandLine;
let folder: string;

beforeAll(async () => {
  headend = new CommandLine();
  folder = join(headend.folder, 'lab');
  cpSync(SCENARIOS, folder, { recursive: true });
  const result = await headend.run(
    'run',
    lab(),
    ...LOSSY,
    '--until',
    '20s',
    '--trace',
    at('boot.trace'),
    '--json',
  );
  writeFileSync(at('boot.json'), result.out);
});
afterAll(() => headend.remove());

const at = (name: string): string => join(folder, name);
const lab = (): string => at('cable-modem-boot.yaml');

/** The file with its header, or its result, changed. */
function changed(name: string, from: string, change: (value: Record<string, unknown>) => void): string {
  const text = readFileSync(at(from), 'utf8');
  const isTrace = from.endsWith('.trace');
  const head = isTrace ? text.slice(0, text.indexOf('\n')) : text;
  const value = JSON.parse(head) as Record<string, unknown>;
  change(value);
  writeFileSync(at(name), `${JSON.stringify(value)}${isTrace ? text.slice(head.length) : '\n'}`);
  return at(name);
}

describe('the same run again', () => {
  test('a trace: its events, with the seed and the --set and --until that the run had', async () => {
    const { code, out, err } = await headend.run('replay', at('boot.trace'));
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(
      /^the same again: \d+ events, .*cable-modem-boot\.yaml, seed 9, up to 20 s where the run was to end\n$/,
    );
  });

  test('a result: its digest', async () => {
    const { digest } = JSON.parse(readFileSync(at('boot.json'), 'utf8')) as { digest: string };
    const { code, out, err } = await headend.run('replay', at('boot.json'));
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(`the same again: digest ${digest}, `);
  });

  test('a trace of one cell, with the packets of a few hosts', async () => {
    const trace = at('few.trace');
    await headend.run(
      'run',
      at('boot-storm-5000.yaml'),
      '--set',
      'devices.cm.count=5',
      '--cell',
      'spread=30s',
      '--trace',
      trace,
      '--sample',
      'cm[1]',
    );
    const { code, out } = await headend.run('replay', trace);
    expect(out).toContain('the same again');
    expect(code).toBe(0);
  });

  test('of a sweep the one that is named, in its cell', async () => {
    writeFileSync(
      at('two.yaml'),
      'headend: 1\nextends: ./cable-modem-boot.yaml\nparams: { loss: 0% }\nmatrix: { loss: [0%, 3%] }\nnet: { hfc: { loss: "${loss}" } }\n',
    );
    await headend.run('run', at('two.yaml'), '--seeds', '3..4', '--reporter', `json=${at('sweep.json')}`);
    const many = await headend.run('replay', at('sweep.json'), '--seed', '4');
    expect(many).toMatchObject({ code: 2 });
    expect(many.err).toContain('has 2 results of these: name one with --seed N, and with --cell NAME=VALUE');
    for (const cell of ['loss=0%', 'loss=3%']) {
      const { code, out, err } = await headend.run('replay', at('sweep.json'), '--seed', '4', '--cell', cell);
      expect({ cell, code, err }).toEqual({ cell, code: 0, err: '' });
      expect(out).toContain('the same again: digest');
    }
  });
});

describe('a run that was stopped', () => {
  let stopped: { readonly digest: string; readonly simulated_us: number };
  beforeAll(async () => {
    const command = ['run', lab(), ...LOSSY, '--speed', '1x', '--trace', at('stopped.trace'), '--json'];
    const { code, out } = await headend.runWith(
      { signalWhen: { file: 'lab/stopped.trace', signal: 'SIGINT' } },
      ...command,
    );
    expect(code).toBe(130);
    writeFileSync(at('stopped.json'), out);
    stopped = JSON.parse(out) as typeof stopped;
  });

  test.each(['stopped.trace', 'stopped.json'])(
    '%s: the same again, up to where it was stopped',
    async (name) => {
      const { code, out, err } = await headend.run('replay', at(name));
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out).toMatch(/^the same again: .*, seed 9, up to \S+ \w+ where the run was interrupted\n$/);
      const json = await headend.run('replay', at(name), '--json');
      expect(JSON.parse(json.out)).toMatchObject({
        verdict: 'pass',
        changed: false,
        cut: { at_us: stopped.simulated_us, why: 'interrupted' },
      });
    },
  );

  test('--until there gives its digest', async () => {
    const until = `${stopped.simulated_us}us`;
    const { out } = await headend.run('run', lab(), ...LOSSY, '--until', until, '--json');
    expect(JSON.parse(out)).toMatchObject({ digest: stopped.digest, verdict: 'inconclusive' });
  });

  test('diff compares what happened up to there, and says so', async () => {
    const same = await headend.run('diff', at('stopped.trace'), lab(), ...LOSSY);
    expect(same).toMatchObject({ code: 0, out: expect.stringMatching(/^no difference in \d+ events\n$/) });
    expect(same.err).toMatch(
      /stopped\.trace was interrupted at .*: compared is what happened up to there\n$/,
    );
    const whole = await headend.run('diff', at('boot.trace'), lab(), ...LOSSY);
    expect(whole).toMatchObject({ code: 0 });
    expect(whole.err).toMatch(/boot\.trace was to end at 20 s: compared is what happened up to there\n$/);
  });

  test('a trace that breaks off, as a run that is killed leaves it', async () => {
    const lines = readFileSync(at('boot.trace'), 'utf8').split('\n');
    const half = lines.slice(0, 60).join('\n');
    const events = lines.slice(1, 59).filter((line) => /^\{"kind":"(?:frame|state)"/.test(line)).length;
    writeFileSync(at('killed.trace'), half.slice(0, -20));
    const replayed = await headend.run('replay', at('killed.trace'));
    expect(replayed).toMatchObject({ code: 0, err: '' });
    expect(replayed.out).toMatch(
      new RegExp(
        `^the same again: ${events} events, .*, seed 9, up to \\S+ m?s where the trace breaks off\\n$`,
      ),
    );
    for (const pair of [
      [at('killed.trace'), lab()],
      [lab(), at('killed.trace')],
    ]) {
      const { code, err } = await headend.run('diff', ...pair, ...LOSSY);
      expect({ pair, code }).toEqual({ pair, code: 0 });
      expect(err).toMatch(/killed\.trace breaks off at .*: compared is what happened up to there\n$/);
    }
    const other = await headend.run('diff', at('killed.trace'), lab(), '--seed', '10');
    expect(other).toMatchObject({ code: 1 });
  });
});

describe('not the same', () => {
  test('a scenario that was changed: the first event, and that it was changed', async () => {
    writeFileSync(at('other.yaml'), `${readFileSync(lab(), 'utf8')}\n# more\n`);
    const still = await headend.run('replay', at('boot.trace'), '--file', at('other.yaml'));
    expect(still.code).toBe(0);
    expect(still.err).toMatch(/other\.yaml, or a file that it names, has changed since: hash \w{16} then/);
    const trace = changed('seed.trace', 'boot.trace', (header) => (header['seed'] = 10));
    const { code, out } = await headend.run('replay', trace);
    expect(code).toBe(1);
    expect(out).toContain('then went on with');
    const json = await headend.run('replay', trace, '--json');
    expect(JSON.parse(json.out)).toMatchObject({
      verdict: 'fail',
      changed: false,
      seed: 10,
      difference: { common: 1 },
    });
  });

  test('a result: what it says otherwise', async () => {
    const path = changed('seed.json', 'boot.json', (result) => (result['seed'] = 10));
    const { code, out } = await headend.run('replay', path);
    expect(code).toBe(1);
    expect(out).toMatch(/^digest \w+ then, \w+ now\n/);
    expect(out).toMatch(/ packets: \d+ then, \d+ now/);
  });

  test('another version of headend is named', async () => {
    const path = changed('old.json', 'boot.json', (result) => (result['version'] = '0.0.1'));
    const { code, err } = await headend.run('replay', path);
    expect(code).toBe(0);
    expect(err).toContain('it was run by headend 0.0.1, and this is ');
  });
});

test('a trace of an older version names no scenario: it is named by hand', async () => {
  await headend.run('run', lab(), '--trace', at('plain.trace'));
  const old = changed('old.trace', 'plain.trace', (header) => delete header['run']);
  const unnamed = await headend.run('replay', old);
  expect(unnamed).toMatchObject({ code: 2 });
  expect(unnamed.err).toContain('does not say what scenario it is of');
  const { code, out, err } = await headend.run('replay', old, '--file', lab());
  expect(code).toBe(0);
  expect(out).toContain('the same again');
  expect(err).toContain('has changed since is not known');
});

test.each([
  {
    name: 'a live run',
    change: (result: Record<string, unknown>) => (result['mode'] = 'live'),
    says: 'is of a live run: only runs in the simulation can be had again',
  },
  {
    name: 'a run without a digest',
    change: (result: Record<string, unknown>) => (result['digest'] = null),
    says: 'the run ended by an error and has no digest',
  },
  {
    name: 'a scenario that is gone',
    change: (result: Record<string, unknown>) => (result['file'] = 'gone.yaml'),
    says: 'is not there: name it with --file FILE',
  },
  {
    name: 'a run with more rights than were given here',
    change: (result: Record<string, unknown>) => (result['changes'] = { allow_path: true }),
    says: 'say --allow-path here as well',
  },
  {
    name: 'changes that are none',
    change: (result: Record<string, unknown>) => (result['changes'] = { set: 'a=1' }),
    says: 'it does not say well what it is the result of',
  },
])('$name is refused', async ({ change, says }) => {
  const { code, err } = await headend.run('replay', changed('refused.json', 'boot.json', change));
  expect(err).toContain(says);
  expect(code).toBe(2);
});
