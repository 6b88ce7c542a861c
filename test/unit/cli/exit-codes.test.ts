import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EXIT } from '../../../src/api/exit.ts';
import { CommandLine, type Said } from '../../support/command-line.ts';

let cli: CommandLine;
beforeAll(() => {
  cli = new CommandLine();
});
afterAll(() => cli.remove());

/** A host that waits for an address which nobody gives. */
function lonely(name: string, expectation: string): string {
  return cli.file(
    `${name}.yaml`,
    `headend: 1
name: ${name}
seed: 1
duration: 30s
net: { lan: { kind: segment } }
services: { tod: { on: lan, ip: 10.0.0.37 } }
devices: { pc: { kind: host, on: lan } }
timeline: [{ at: 0s, do: power-on, who: pc }]
expect: [{ ${expectation} }]
`,
  );
}

const GOOD = 'eventually: { all: pc, state: selecting }';
const BAD = 'eventually: { all: pc, state: bound }';
const OPEN = 'always: leases.unique';

/** Stops a run by a signal as soon as it has begun. */
function stopped(name: string, signal: NodeJS.Signals): Promise<Said> {
  const trace = `${name}.trace`;
  const how = { signalWhen: { file: trace, signal } };
  return cli.runWith(how, 'run', lonely(name, BAD), '--speed', '1x', '--trace', trace);
}

/** Results of one seed with two digests. */
async function contradiction(): Promise<Said> {
  const { out } = await cli.run('run', lonely('twice', GOOD), '--json');
  cli.file('one.json', out);
  cli.file('other.json', out.replace(/"digest": "\w{4}/, '"digest": "0000'));
  return cli.run('merge', 'one.json', 'other.json');
}

/** A mistake as soon as there is somebody to tell it. */
const MISTAKE = `process.on('newListener', (name) => {
  if (name === 'uncaughtException') setImmediate(() => { throw Error('oops'); });
});`;

const CASES: readonly {
  readonly exit: keyof typeof EXIT;
  readonly when: string;
  readonly run: () => Promise<Said>;
}[] = [
  { exit: 'passed', when: 'all that was expected came', run: () => cli.run('run', lonely('good', GOOD)) },
  { exit: 'failed', when: 'an expectation failed', run: () => cli.run('run', lonely('bad', BAD)) },
  {
    exit: 'failed',
    when: 'of several files one fails and one is inconclusive',
    run: () => cli.run('run', lonely('open-first', OPEN), lonely('bad-second', BAD)),
  },
  {
    exit: 'failed',
    when: 'a check says no',
    run: () => cli.run('diff', lonely('seeds', BAD), '--with-seed', '2'),
  },
  { exit: 'usage', when: 'a flag is wrong', run: () => cli.run('run', '--sede', '1') },
  { exit: 'usage', when: 'a file is not there', run: () => cli.run('validate', 'nowhere.yaml') },
  {
    exit: 'inconclusive',
    when: 'what was expected was never judged',
    run: () => cli.run('run', lonely('open', OPEN)),
  },
  {
    exit: 'inconclusive',
    when: 'a run was cut before',
    run: () => cli.run('run', lonely('cut', BAD), '--until', '5s'),
  },
  {
    exit: 'environment',
    when: 'a disk is full',
    run: () => cli.run('run', lonely('full', GOOD), '--trace', '/dev/full'),
  },
  { exit: 'notDeterministic', when: 'one seed has two digests', run: contradiction },
  {
    exit: 'bug',
    when: 'the mistake is ours',
    run: () => {
      const env = {
        NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(MISTAKE).replaceAll("'", '%27')}`,
      };
      return cli.runWith({ env }, 'run', lonely('bug', BAD), '--speed', '1x');
    },
  },
  { exit: 'interrupted', when: 'SIGINT ends a run', run: () => stopped('int', 'SIGINT') },
  { exit: 'terminated', when: 'SIGTERM ends a run', run: () => stopped('term', 'SIGTERM') },
];

describe('every exit code is what it says', () => {
  test.each(CASES)('$exit: $when', async ({ exit, run }) => {
    const { code, err } = await run();
    expect({ code, err }).toMatchObject({ code: EXIT[exit] });
    expect(/^\s+at /m.test(err), err).toBe(exit === 'bug');
  });

  test('none is left out but that of a terminal that has gone, which only serve has', () => {
    const left = Object.keys(EXIT).filter((name) => !CASES.some(({ exit }) => exit === name));
    expect(left).toEqual(['hungUp']);
  });

  test('the README has each of these, and no other', () => {
    const readme = readFileSync(join(import.meta.dirname, '../../../README.md'), 'utf8');
    const table = /\| exit code[^\n]*\n\|[^\n]*\n((?:\|[^\n]*\n)+)/.exec(readme)?.[1] ?? '';
    const told = [...table.matchAll(/^\| *([\d, ]+?) *\|/gm)].flatMap(([, codes = '']) =>
      codes.split(/, */).map(Number),
    );
    expect(told.filter((code) => code !== EXIT.hungUp).sort((a, b) => a - b)).toEqual(
      Object.values(EXIT)
        .filter((code) => code !== EXIT.hungUp)
        .sort((a, b) => a - b),
    );
  });
});
