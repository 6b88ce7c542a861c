import { mkdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CommandLine, SCENARIOS } from '../../support/command-line.ts';

let cli: CommandLine;
beforeAll(() => {
  cli = new CommandLine();
});
afterAll(() => cli.remove());

/** Without loss no DISCOVER is sent again; with it, under half of the seeds. */
const CHANCY = (...expectations: readonly string[]): string => `headend: 1
name: chancy
seed: 1
duration: 20s
params: { loss: 30% }
matrix: { loss: [0%, 30%] }
net: { lan: { kind: segment, delay: 5ms, loss: "\${loss}" } }
services:
  dhcp: { on: lan, ip: 10.0.0.67/16, subnets: [ { subnet: 10.0.0.0/16, range: 10.0.9.1-10.0.9.9 } ] }
devices: { pc: { kind: host, on: lan } }
timeline: [{ at: 0s, do: power-on, who: pc }]
expect:
${expectations.map((one) => `  - ${one}\n`).join('')}`;
const NO_REPEAT = 'never: { any: pc, rule: HE-HOST-003 }';

interface Told {
  readonly verdict: string;
  readonly missing: number;
  readonly runs: readonly { readonly seed: number; readonly digest: string; readonly verdict: string }[];
  readonly cells: readonly {
    readonly params: object;
    readonly verdicts: Readonly<Record<string, number>>;
    readonly failing_seeds: string;
  }[];
}

function told(out: string): Told {
  return JSON.parse(out) as Told;
}

describe('many runs', () => {
  test('the same, octet for octet, with 1, 2 and 4 workers', async () => {
    const file = cli.file('jobs.yaml', CHANCY(NO_REPEAT));
    const outs: string[] = [];
    for (const jobs of ['1', '2', '4']) {
      const { code, out } = await cli.run('run', file, '--seeds', '1..12', '--jobs', jobs, '--json');
      expect(code).toBe(1);
      outs.push(out);
    }
    expect(outs[1]).toBe(outs[0]);
    expect(outs[2]).toBe(outs[0]);
    const { runs, cells } = told(outs[0] ?? '');
    expect(new Set(runs.map(({ digest }) => digest)).size).toBeGreaterThan(12);
    expect(cells.map(({ params }) => params)).toEqual([{ loss: '0%' }, { loss: '30%' }]);
    expect(cells[0]).toMatchObject({ verdicts: { pass: 12, fail: 0 }, failing_seeds: '' });
    expect(cells[1]?.verdicts['fail']).toBeGreaterThan(0);
    expect(cells[1]?.verdicts['pass']).toBeGreaterThan(0);
  });

  test('a person is told each cell, and the command that repeats a seed that failed', async () => {
    const file = cli.file('table.yaml', CHANCY(NO_REPEAT));
    const { code, out } = await cli.run('run', file, '--seeds', '1..12');
    expect(code).toBe(1);
    // As many as the machine has processors, and no more than runs.
    const jobs = Math.min(availableParallelism(), 24);
    expect(out).toContain(` chancy  2 cells · seeds 1..12 · 24 runs · ${jobs} job${jobs === 1 ? '' : 's'}, `);
    expect(out).toMatch(/^ ✓ loss=0% +12 +12 +0$/m);
    expect(out).toMatch(/^ ✗ loss=30% +12 +\d+ +\d+$/m);
    expect(out.trimEnd().split('\n').at(-1)).toMatch(/ \d+ failed, 0 warned, \d+ passed {3}exit 1$/);
    const again = /reproduce +node \S+ (run .*)$/m.exec(out)?.[1] ?? '';
    expect(again).toMatch(/^run table\.yaml --set loss=30% --seed \d+$/);
    const repeated = await cli.run(...again.split(' '));
    expect(repeated.code).toBe(1);
  });

  test('of a matrix one cell, by --cell and by --set', async () => {
    const file = cli.file('pick.yaml', CHANCY('eventually: { any: pc, state: selecting }'));
    const picked = await cli.run('run', file, '--cell', 'loss=0%', '--json');
    const set = await cli.run('run', file, '--set', 'loss=0%', '--json');
    expect(JSON.parse(picked.out)).toMatchObject({ seed: 1, params: { loss: '0%' }, verdict: 'pass' });
    expect((JSON.parse(set.out) as { digest: string }).digest).toBe(
      (JSON.parse(picked.out) as { digest: string }).digest,
    );
    const none = await cli.run('run', file, '--cell', 'loss=7%');
    expect(none).toMatchObject({ code: 2, out: '' });
    expect(none.err).toContain('its cells are loss=0%; loss=30%');
  });

  test('what is to be seen sometimes is seen under one seed of many', async () => {
    const file = cli.file('sometimes.yaml', CHANCY('sometimes: RULE HE-HOST-003'));
    const { out } = await cli.run('run', file, '--cell', 'loss=30%', '--seeds', '1..12', '--json');
    const { runs, verdict } = told(out);
    expect(new Set(runs.map((run) => run.verdict)).size).toBe(2);
    expect(verdict).toBe('pass');
  });

  test('--bail ends at the first that fails, with any number of workers', async () => {
    const file = cli.file('bail.yaml', CHANCY(NO_REPEAT));
    const outs: Told[] = [];
    for (const jobs of ['1', '4'])
      outs.push(
        told((await cli.run('run', file, '--seeds', '1..40', '--bail', '--jobs', jobs, '--json')).out),
      );
    expect(outs[1]).toEqual(outs[0]);
    const verdicts = outs[0]?.runs.map(({ verdict }) => verdict) ?? [];
    expect(verdicts.length).toBeGreaterThan(40);
    expect(verdicts.length).toBeLessThan(80);
    expect(verdicts.indexOf('fail')).toBe(verdicts.length - 1);
    expect(outs[0]?.missing).toBe(80 - verdicts.length);
  });

  test('--check-determinism runs each twice', async () => {
    const file = cli.file('twice.yaml', CHANCY('eventually: { any: pc, state: selecting }'));
    const { code, err } = await cli.run('run', file, '--seeds', '1..3', '--check-determinism');
    expect(code).toBe(0);
    expect(err).toContain('each was run twice, with the same digest both times');
  });

  test('a worker without memory is an error of its unit, and of the machine; the others go on', async () => {
    const file = cli.file(
      'memory.yaml',
      'headend: 1\nname: memory\nduration: 20s\nparams: { count: 1 }\nmatrix: { count: [1, 150000] }\n' +
        'net: { lan: { kind: segment } }\nservices: { tod: { on: lan, ip: 10.0.0.37 } }\n' +
        'devices: { pc: { kind: host, count: "${count}", on: lan } }\n' +
        'timeline: [{ at: 0s, do: power-on, who: "pc[0]" }]\n' +
        'expect: [{ eventually: { any: pc, state: selecting } }]\n',
    );
    const env = { NODE_OPTIONS: '--max-old-space-size=100' };
    const { code, out } = await cli.runWith({ env }, 'run', file, '--seeds', '1..2', '--json');
    expect(told(out).runs.map(({ seed, verdict }) => `${seed} ${verdict}`)).toEqual([
      '1 pass',
      '2 pass',
      '1 error',
      '2 error',
    ]);
    expect(out).toContain('ran out of memory');
    expect(code).toBe(4);
  });
});

test('each run that failed has its likely cause, in every form, and merged as well', async () => {
  const file = cli.file('dark.yaml', readFileSync(join(SCENARIOS, 'incidents/06-dark-street.yaml')));
  mkdirSync(join(cli.folder, 'files'));
  cli.file('files/gold.yaml', readFileSync(join(SCENARIOS, 'incidents/files/gold.yaml')));
  const asked = ['--expect', 'eventually: { all: cm, state: operational, within: 2m }'];
  const reporters = ['json=dark.json', 'ndjson=dark.ndjson', 'junit=dark.xml', 'github=dark.txt'];
  const flags = [...asked, ...reporters.flatMap((one) => ['--reporter', one])];
  const swept = await cli.run('run', file, '--seeds', '1..2', ...flags);
  expect(swept.code).toBe(1);
  const cause = { id: 'HE-CAUSE-006', title: expect.stringMatching(/^The relay has no helper/) as string };
  const expected = {
    runs: [{ causes: [cause] }, { causes: [cause] }],
    cells: [{ causes: [{ ...cause, seeds: 2 }], failing: [{ cause }, { cause }] }],
  };
  const text = (name: string) => readFileSync(join(cli.folder, name), 'utf8');
  expect(JSON.parse(text('dark.json'))).toMatchObject(expected);
  expect(text('dark.xml').match(/likely cause: HE-CAUSE-006 The relay/g)).not.toBeNull();
  expect(text('dark.txt')).toContain('%0Alikely cause: HE-CAUSE-006 The relay');
  const pretty =
    /^ {5}likely cause {3}The relay has no helper[^]*\(HE-CAUSE-006: 2 of 2 that did not pass\)$/m;
  expect(swept.out).toMatch(pretty);
  for (const results of ['dark.json', 'dark.ndjson']) {
    expect((await cli.run('merge', results)).out).toMatch(pretty);
    expect(JSON.parse((await cli.run('merge', results, '--json')).out)).toMatchObject(expected);
  }
});

describe('shards', () => {
  test('merged in any order they are what one run of all is, octet for octet', async () => {
    const file = cli.file('shards.yaml', CHANCY(NO_REPEAT));
    const sweep = ['run', file, '--seeds', '1..7'];
    const whole = await cli.run(...sweep, '--reporter', 'json=whole.json');
    await cli.run(...sweep, '--shard', '1/3', '--reporter', 'json=1.json');
    await cli.run(...sweep, '--shard', '2/3', '--reporter', 'ndjson=2.ndjson');
    const env = { JOB_COMPLETION_INDEX: '2', HEADEND_SHARDS: '3' };
    const pod = await cli.runWith({ env }, ...sweep, '--reporter', 'json=3.json');
    expect(pod.err).toContain("shard 3/3, by this pod's JOB_COMPLETION_INDEX");
    const merged = await cli.run('merge', '3.json', '1.json', '2.ndjson', '--out', 'merged.json');
    expect(merged.code).toBe(whole.code);
    const text = (name: string) => readFileSync(join(cli.folder, name), 'utf8');
    expect(text('merged.json')).toBe(text('whole.json'));
    expect(await cli.run('merge', 'merged.json', '1.json', '--json')).toMatchObject({
      out: text('whole.json'),
      err: 'headend: 5 runs came more than once, and count once\n',
    });
  });

  test('a missing one leaves the rest inconclusive', async () => {
    const file = cli.file('missing.yaml', CHANCY('eventually: { any: pc, state: selecting }'));
    await cli.run('run', file, '--seeds', '1..6', '--shard', '1/2', '--reporter', 'json=half.json');
    const { code, out, err } = await cli.run('merge', 'half.json');
    expect(code).toBe(3);
    expect(err).toContain('no file of shard 2 of 2');
    expect(out).toContain('6 missing');
  });

  test('two digests of one seed are exit code 5', async () => {
    const file = cli.file('two.yaml', CHANCY('eventually: { any: pc, state: selecting }'));
    const { out } = await cli.run('run', file, '--cell', 'loss=0%', '--json');
    cli.file('a.json', out);
    cli.file('b.json', out.replace(/"digest": "[0-9a-f]{4}/, '"digest": "0000'));
    const merged = await cli.run('merge', 'a.json', 'b.json');
    expect(merged.code).toBe(5);
    expect(merged.out).toContain('seed 1 came with two digests');
  });

  test.each([
    { name: 'not JSON', text: 'hello' },
    { name: 'JSON of something else', text: '{"runs":[],"plan":[{"x":1}]}' },
    { name: 'a verdict that there is not', text: '{"scenario_hash":"x","verdict":"great"}' },
  ])('merge refuses what is no result: $name', async ({ text }) => {
    const { code, err } = await cli.run('merge', cli.file('other.json', text));
    expect(code).toBe(2);
    expect(err).toMatch(/^headend: other\.json: that is no result of a run/);
  });
});

describe('how a run goes', () => {
  test('--until cuts it: what was not seen by then is inconclusive, and what was is judged', async () => {
    const file = cli.file('until.yaml', CHANCY('eventually: { all: pc, state: bound }'));
    const cut = await cli.run('run', file, '--cell', 'loss=0%', '--until', '1ms', '--json');
    expect(cut.code).toBe(3);
    expect(JSON.parse(cut.out)).toMatchObject({
      verdict: 'inconclusive',
      simulated_us: 1_000,
      changes: { until_us: 1_000 },
    });
    const long = await cli.run('run', file, '--cell', 'loss=0%', '--until', '15s', '--json');
    expect(JSON.parse(long.out)).toMatchObject({ verdict: 'pass', simulated_us: 15_000_000 });
  });

  test('--speed changes nothing in it', async () => {
    const file = cli.file('speed.yaml', CHANCY('eventually: { any: pc, state: bound }'));
    const flags = ['run', file, '--cell', 'loss=0%', '--json'];
    const [fast, paced] = await Promise.all([cli.run(...flags), cli.run(...flags, '--speed', '40x')]);
    expect(paced.out).toBe(fast.out);
  });

  test('Ctrl-C keeps what there is: 130, and a file of results that merges', async () => {
    const file = cli.file('long.yaml', CHANCY('eventually: { any: pc, state: selecting }'));
    const { code, out, err } = await cli.runWith(
      { signalWhen: { file: 'long.ndjson', signal: 'SIGINT' } },
      'run',
      file,
      '--seeds',
      '1..100000',
      '--reporter',
      'ndjson=long.ndjson',
    );
    expect(code).toBe(130);
    expect(err).toContain('interrupted');
    expect(out).toMatch(/missing, \d+ passed {3}exit 130$/m);
    const merged = await cli.run('merge', 'long.ndjson');
    expect(merged.code).toBe(3);
  });

  test('--watch runs again when a file that it names changes, and waits out a mistake', async () => {
    cli.file('watched.yaml', CHANCY('eventually: { any: pc, state: selecting }').replace('30%]', '0.1%]'));
    const seen: string[] = [];
    const { code } = await cli.converse(
      ['run', 'watched.yaml', '--watch', '--cell', 'loss=0%'],
      (text, stop) => {
        if (/waiting for a change/.test(text) && seen.length === 0) {
          seen.push('first');
          cli.file('watched.yaml', 'headend: 2\n');
        } else if (/has changed[^]*headend: watched\.yaml:1[^]*waiting/.test(text) && seen.length === 1) {
          seen.push('mistake');
          cli.file('watched.yaml', CHANCY('eventually: { any: pc, state: selecting }'));
        } else if (/has changed[^]*has changed[^]*exit code 0; waiting/.test(text) && seen.length === 2) {
          seen.push('mended');
          stop();
        }
      },
    );
    expect(seen).toEqual(['first', 'mistake', 'mended']);
    expect(code).toBe(130);
  });
});

test('a wrong flag is said before a file is read', async () => {
  const { code, out, err } = await cli.run('run', 'none.yaml', '--seeds', '1..3', '--jobs', '0');
  expect(code).toBe(2);
  expect(out).toBe('');
  expect(err).toMatch(/--jobs "0" is not auto/);
});
