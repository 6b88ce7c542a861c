import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunResult } from '../../src/scenario/result.ts';
import { SCENARIOS } from '../support/command-line.ts';
import { built, MAIN } from './support/headend.ts';
import { Lab, need } from './support/netns.ts';

// Live runs of one scenario have the same ports: these have a loopback of their own, and go one after the other.
let lab: Lab;
beforeAll(() => {
  need('ip');
  built();
  lab = new Lab();
  lab.namespace('box');
  cpSync(join(SCENARIOS, 'files'), join(lab.folder, 'files'), { recursive: true });
});
afterAll(() => lab?.remove());

const headend = (...args: readonly string[]) => lab.attempt('box', process.execPath, MAIN, ...args);

/** A shipped scenario that expects what its fault prevents, with time for a slow machine to meet the fault. */
function broken(name: string): string {
  const text = readFileSync(join(SCENARIOS, `${name}.yaml`), 'utf8');
  const above = text.slice(0, text.indexOf('\nexpect:')).replace(/^duration: .*$/m, 'duration: 15s');
  const expected = 'eventually: { all: cm, state: operational, within: 14s }';
  return lab.file(`${name}.yaml`, `${above}\nexpect:\n  - ${expected}\n`);
}

test.each([
  { name: 'missing-config', id: 'HE-CAUSE-013', proof: /TFTP|file/ },
  { name: 'wrong-shared-secret', id: 'HE-CAUSE-017', proof: /registration|REG/ },
])('a live run of $name that fails names $id, out of what crossed the sockets', ({ name, id, proof }) => {
  const [json, trace] = [join(lab.folder, `${name}.json`), join(lab.folder, `${name}.trace`)];
  const forms = ['--reporter', 'pretty', '--reporter', `json=${json}`, '--trace', trace];
  const { code, out } = headend('run', broken(name), '--mode', 'live', ...forms);
  expect(code, out).toBe(1);
  expect(out).toMatch(new RegExp(`^ +node \\S+main\\.js explain ${id}$`, 'm'));
  const result = JSON.parse(readFileSync(json, 'utf8')) as RunResult;
  expect(result).toMatchObject({ mode: 'live', verdict: 'fail' });
  expect(result.causes?.[0]).toMatchObject({ id });
  expect(result.causes?.[0]?.evidence.map(({ text }) => text).join('\n')).toMatch(proof);
  const explained = JSON.parse(headend('explain', trace, '--json').out) as Pick<RunResult, 'causes'>;
  expect(explained.causes?.[0]).toMatchObject({ id });
});
