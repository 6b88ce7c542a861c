import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunResult } from '../../src/scenario/result.ts';
import { CommandLine, SCENARIOS } from '../support/command-line.ts';

let cli: CommandLine;
beforeAll(() => {
  cli = new CommandLine();
  cpSync(join(SCENARIOS, 'files'), join(cli.folder, 'files'), { recursive: true });
}, 60_000);
afterAll(() => cli.remove());

/** A shipped scenario that expects what its fault prevents. */
function broken(name: string): string {
  const text = readFileSync(join(SCENARIOS, `${name}.yaml`), 'utf8');
  const above = text.replace(/^duration: .*$/m, 'duration: 9s').slice(0, text.indexOf('\nexpect:'));
  const expected = 'eventually: { all: cm, state: operational, within: 8s }';
  return cli.file(`${name}.yaml`, `${above}\nexpect:\n  - ${expected}\n`);
}

// One after the other: two live runs would meet on the same ports.
test.each([
  { name: 'missing-config', id: 'HE-CAUSE-013', proof: /TFTP|file/ },
  { name: 'wrong-shared-secret', id: 'HE-CAUSE-017', proof: /registration|REG/ },
])(
  'a live run of $name that fails names $id, out of what crossed the sockets',
  async ({ name, id, proof }) => {
    const [json, trace] = [`${name}.json`, `${name}.trace`];
    const forms = ['--reporter', 'pretty', '--reporter', `json=${json}`, '--trace', trace];
    const { code, out } = await cli.run('run', broken(name), '--mode', 'live', ...forms);
    expect(code).toBe(1);
    expect(out).toMatch(new RegExp(`^ +node \\S+main\\.js explain ${id}$`, 'm'));
    const result = JSON.parse(readFileSync(join(cli.folder, json), 'utf8')) as RunResult;
    expect(result).toMatchObject({ mode: 'live', verdict: 'fail' });
    expect(result.causes?.[0]).toMatchObject({ id });
    expect(result.causes?.[0]?.evidence.map(({ text }) => text).join('\n')).toMatch(proof);
    const explained = JSON.parse((await cli.run('explain', trace, '--json')).out) as Pick<
      RunResult,
      'causes'
    >;
    expect(explained.causes?.[0]).toMatchObject({ id });
  },
);
