import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CommandLine, SCENARIOS } from '../../support/command-line.ts';

let cli: CommandLine;
beforeAll(() => {
  cli = new CommandLine();
});
afterAll(() => cli.remove());

const TREES = join(SCENARIOS, 'alias-trees-backing-out.yaml');

test('dig --json --explain --want is one object with the answer, its tree and what must change', async () => {
  const question = ['dig', TREES, 'www.shop.example', '--client', '10.1.0.10', '--at', '70s'];
  const { code, out } = await cli.run(...question, '--explain', '--want', '192.0.2.1', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    verdict: 'pass',
    server: 'dns',
    rcode: 'NOERROR',
    answer: ['www.shop.example. 20 IN A 192.0.2.3'],
    explanation: [{ policy: { chosen: ['us1'] } }],
    want: { chance: 0, always: [{ edits: [{ kind: 'health', check: 'eu1', to: 'up' }], given: 64 }] },
  });
});

test('a server that is down at that moment answers nobody: exit code 1', async () => {
  const file = cli.file(
    'down.yaml',
    [
      'headend: 1',
      'name: down',
      'net: { core: { kind: segment } }',
      'services: { dns: { on: core, ip: 10.0.0.53, zones: { lab.example: { records: { www: { type: A, data: 192.0.2.1 } } } } } }',
      'timeline: [{ at: 10s, do: crash, who: dns }]',
    ].join('\n'),
  );
  const { code, err } = await cli.run('dig', file, 'www.lab.example', '--at', '20s');
  expect({ code, err }).toEqual({ code: 1, err: 'headend: dns is down at 20 s: nobody answers\n' });
});

test('what was typed wrong is told with what to write: exit code 2', async () => {
  const { code, err } = await cli.run('dig', TREES, 'www.shop.example', 'AX');
  expect({ code, err }).toEqual({
    code: 2,
    err: 'headend: "AX" is not a record type: write A, AAAA, MX or TYPE65\n',
  });
});
