import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CommandLine } from '../../support/command-line.ts';

const FIXTURES = resolve(import.meta.dirname, '../../../fixtures/import');
const HOME = join(FIXTURES, 'dnsmasq-home.conf');

let cli: CommandLine;
beforeAll(() => {
  cli = new CommandLine();
});
afterAll(() => cli.remove());

test('the scenario is the result, what is told of it goes to standard error', async () => {
  const { code, out, err } = await cli.run('import', HOME);
  expect(code).toBe(0);
  expect(out).toMatch(/^# Brought in by headend import from dnsmasq's dnsmasq-home\.conf\.\n/);
  expect(err).toMatch(/dnsmasq-home\.conf:7:1 warning: "server" was not taken over/);
  expect(err).toMatch(/read as dnsmasq: 3 not taken over whole/);
});

test('what is written is valid, and next commands are told', async () => {
  const { code, out, err } = await cli.run('import', 'dnsmasq', HOME, '-o', 'home.yaml');
  expect([code, out]).toEqual([0, '']);
  expect(err).toMatch(/wrote home\.yaml; next:\n.* validate home\.yaml\n.* serve home\.yaml/);
  expect((await cli.run('validate', 'home.yaml')).code).toBe(0);
  expect(readFileSync(join(cli.folder, 'home.yaml'), 'utf8')).toMatch(/^ {4}ip: 192\.0\.2\.1\/24$/m);
});

test('a file that is there is not written over without --force', async () => {
  cli.file('mine.yaml', 'mine\n');
  const refused = await cli.run('import', HOME, '-o', 'mine.yaml');
  expect([refused.code, refused.err]).toEqual([
    2,
    'headend: mine.yaml: there is such a file already: write elsewhere, or over it with --force\n',
  ]);
  expect((await cli.run('import', HOME, '-o', 'mine.yaml', '--force')).code).toBe(0);
});

test('--json has the scenario and each finding with its place', async () => {
  const { out } = await cli.run('import', HOME, '--json');
  const result = JSON.parse(out);
  expect(result).toMatchObject({ format_version: 1, verdict: 'warn', format: 'dnsmasq', out: null });
  expect(result.findings).toContainEqual({
    file: HOME,
    line: 7,
    column: 1,
    severity: 'warning',
    message: '"server" was not taken over',
    hint: 'headend serves its own zones and forwards nothing',
  });
});

test('--ip is the server’s own address', async () => {
  const { out } = await cli.run('import', join(FIXTURES, 'dhcpd-guests.conf'), '--ip', '192.0.2.7');
  expect(out).toMatch(/^ {4}ip: 192\.0\.2\.7\/24$/m);
});

test('an include outside of the folder is read only when it may be', async () => {
  cli.file('main.conf', `include "${join(FIXTURES, 'dhcpd-office.conf')}";\nauthoritative;\n`);
  const inside = await cli.run('import', 'main.conf');
  expect(inside.code).toBe(2);
  expect(inside.err).toMatch(/nothing in it that headend can serve/);
  const any = await cli.run('import', 'main.conf', '--allow-path');
  expect(any.code).toBe(0);
  expect(any.out).toMatch(/192\.0\.2\.64-192\.0\.2\.127/);
});

describe('exit codes', () => {
  test.concurrent.each([
    { name: '--strict with a warning', args: [HOME, '--strict'], code: 1, says: /warning/ },
    {
      name: '--strict without one',
      args: [join(FIXTURES, 'kea-small.conf'), '--strict'],
      code: 0,
      says: /all of it was taken over/,
    },
    { name: 'no such file', args: ['gone.conf'], code: 2, says: /there is no such file/ },
    {
      name: 'no such format',
      args: ['bind', HOME],
      code: 2,
      says: /"bind" is no format: write kea, dhcpd, dnsmasq/,
    },
    {
      name: 'two formats',
      args: ['kea', HOME, '--format', 'dhcpd'],
      code: 2,
      says: /of kea or of dhcpd: say one of them/,
    },
    {
      name: 'the wrong format',
      args: ['kea', HOME],
      code: 2,
      says: /dnsmasq-home\.conf:2:1 "domain-needed" stands/,
    },
    { name: 'no address', args: [HOME, '--ip', 'me'], code: 2, says: /--ip "me" is no IPv4 address/ },
  ])('$name', async ({ args, code, says }) => {
    const said = await cli.run('import', ...args);
    expect(said.err).toMatch(says);
    expect(said.code).toBe(code);
  });
});
