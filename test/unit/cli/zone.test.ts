import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CommandLine } from '../../support/command-line.ts';

let cli: CommandLine;
beforeAll(() => {
  cli = new CommandLine();
  cli.file('lab.zone', `${HEAD}www A 10.0.0.80\n`);
  cli.file('later.zone', `${HEAD.replace('root 1', 'root 2')}www A 10.0.0.81\n`);
  cli.file('bad.zone', `${HEAD}www A 10.0.0.300\n@ MX 10 gone\n`);
  cli.file('warned.zone', `${HEAD}@ MX 10 gone\n`);
  const question = {
    qname: 'www.lab.example',
    qtype: 'A',
    rcode: 'NOERROR',
    answer: ['www.lab.example. 60 IN A 10.0.0.80'],
  };
  cli.file('q.jsonl', `${JSON.stringify(question)}\n`);
  // The compiler takes its time on a busy machine.
});
afterAll(() => cli.remove());

const HEAD =
  '$ORIGIN lab.example.\n$TTL 60\n@ SOA ns root 1 2 3 4 5\n@ NS ns\n@ NS ns.elsewhere.example.\nns A 10.0.0.1\n';

test.concurrent.each([
  {
    args: ['check', 'lab.zone'],
    code: 0,
    out: / ✓ lab\.zone: lab\.example\. 3 names, 0 errors, 0 warnings, 0 notices/,
  },
  {
    args: ['check', 'bad.zone'],
    code: 1,
    out: /bad\.zone:7:7: error HE-ZONE-014: [^]*bad\.zone:8:1: warning HE-ZONE-021[^]*1 error, 1 warning,/,
  },
  { args: ['check', 'warned.zone'], code: 0, out: /1 warning/ },
  { args: ['check', '--strict', 'warned.zone'], code: 1, out: /1 warning/ },
  { args: ['test', 'q.jsonl', '--zone', 'lab.zone'], code: 0, out: /^1 passed, 0 failed$/m },
  {
    args: ['test', 'q.jsonl', '--zone', 'later.zone'],
    code: 1,
    out: /q\.jsonl:1: www\.lab\.example A\n {4}answer: expected \["www\.lab\.example\. 60 in a 10\.0\.0\.80"\]\n +found \["www\.lab\.example\. 60 in a 10\.0\.0\.81"\]\n0 passed, 1 failed/,
  },
  {
    args: ['export', 'lab.zone'],
    code: 0,
    out: /^lab\.example\. 60 IN SOA [^]*\nwww\.lab\.example\. 60 IN A 10\.0\.0\.80\n$/,
  },
  { args: ['diff', 'lab.zone', 'lab.zone'], code: 0, out: /^$/ },
  {
    args: ['diff', 'lab.zone', 'later.zone'],
    code: 1,
    out: /- lab\.example\. 60 IN SOA .* 1 2 3 4 5\n- www\.lab\.example\. 60 IN A 10\.0\.0\.80\n\+ lab\.example\. 60 IN SOA .* 2 2 3 4 5\n\+ www/,
  },
])('zone $args: exit code $code', async ({ args, code, out }) => {
  const said = await cli.run('zone', ...args);
  expect(said).toMatchObject({ code, out: expect.stringMatching(out) });
});

test.concurrent.each([
  { args: ['check', 'none.zone'], says: /none\.zone: there is no such file/ },
  { args: ['export', 'bad.zone'], says: /bad\.zone:7:7: "10\.0\.0\.300": expected an IPv4 address/ },
  { args: ['test', 'q.jsonl'], says: /q\.jsonl:1: there is no zone to ask/ },
  { args: ['chekc', 'lab.zone'], says: /unknown command 'chekc'/ },
])('zone $args is bad usage', async ({ args, says }) => {
  const said = await cli.run('zone', ...args);
  expect(said).toMatchObject({ code: 2, out: '', err: expect.stringMatching(says) });
});

test.concurrent.each([
  {
    args: ['check', 'bad.zone'],
    verdict: 'fail',
    holds: {
      zones: [{ file: 'bad.zone', zone: 'lab.example.', counts: { error: 1, warning: 1, notice: 0 } }],
    },
  },
  {
    args: ['test', 'q.jsonl', '--zone', 'lab.zone'],
    verdict: 'pass',
    holds: { passed: 1, failed: 0, failures: [] },
  },
  { args: ['export', 'lab.zone'], verdict: 'pass', holds: { file: 'lab.zone' } },
  {
    args: ['diff', 'lab.zone', 'later.zone'],
    verdict: 'fail',
    holds: { serial_before: 1, serial_after: 2, serial_stuck: false },
  },
])('zone $args --json', async ({ args, verdict, holds }) => {
  const { out } = await cli.run('zone', ...args, '--json');
  expect(JSON.parse(out)).toMatchObject({ format_version: 1, verdict, ...holds });
});

test('zone export -o writes the file', async () => {
  await cli.run('zone', 'export', 'lab.zone', '-o', 'out/lab.txt');
  expect(readFileSync(join(cli.folder, 'out/lab.txt'), 'utf8')).toContain(
    'www.lab.example. 60 IN A 10.0.0.80\n',
  );
});
