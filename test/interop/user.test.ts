import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { built, MAIN, serve } from './support/headend.ts';
import { Lab, need } from './support/netns.ts';

const LAB = (more = '') => `headend: 1
name: lab
net: { lan: { kind: segment } }
services:
  dhcp: { on: lan, ip: 10.60.0.2, subnets: [{ subnet: 10.60.0.0/24, range: 10.60.0.100-10.60.0.110 }] }
  tftp: { on: lan, ip: 10.60.0.2, files: { a.cfg: { file: a.cfg } } }
${more}`;

const NOBODY = 65_534;

beforeAll(() => {
  need('ip', 'udhcpc', 'curl', 'setpriv');
  built();
});

let lab: Lab;
let state: string;
beforeEach(() => {
  lab = new Lab();
  for (const name of ['srv', 'cli']) lab.namespace(name);
  lab.cable(
    { in: 'srv', as: 'lan0', address: '10.60.0.2/24' },
    { in: 'cli', as: 'eth0', address: '10.60.0.9/24' },
  );
  state = join(lab.folder, 'state');
  lab.file('a.cfg', 'A');
  lab.file('lab.yaml', LAB());
  chmodSync(lab.folder, 0o755);
});
afterEach(() => lab?.remove());

const flags = () => ['--interface', 'lan0', '--state', state, '--user', 'nobody'];
const start = () => serve(lab, 'srv', join(lab.folder, 'lab.yaml'), ...flags());

function headend(...args: readonly string[]): { code: number; err: string } {
  const { status, stderr } = spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' });
  return { code: status ?? -1, err: stderr };
}

test('it is nobody after binding, in its groups alone, and cannot go back; it serves, and its state is its own', async () => {
  const { child } = await start();
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  const id = String(NOBODY);
  expect(status).toMatch(new RegExp(`^Uid:\\s+${id}\\s+${id}\\s+${id}\\s+${id}$`, 'm'));
  expect(status).toMatch(new RegExp(`^Gid:\\s+${id}\\s+${id}\\s+${id}\\s+${id}$`, 'm'));
  expect(status).toMatch(new RegExp(`^Groups:\\s+${id}\\s*$`, 'm'));
  expect(status).toMatch(/^CapEff:\s+0+$/m);
  for (const name of ['', 'headend.lmdb', 'control.sock'])
    expect([name, statSync(join(state, name)).uid]).toEqual([name, NOBODY]);
  expect(statSync(join(state, 'control.sock')).mode & 0o777).toBe(0o600);
  const script = lab.file('script', '#!/bin/sh\n');
  chmodSync(script, 0o755);
  expect(
    lab.attempt('cli', 'udhcpc', '-f', '-n', '-q', '-t', '20', '-T', '1', '-i', 'eth0', '-s', script).code,
  ).toBe(0);
  expect(lab.run('cli', 'curl', '-s', 'tftp://10.60.0.2/a.cfg')).toBe('A');
});

test('a reload keeps what is bound; a new port under 1024 is refused, and says that a restart helps', async () => {
  await start();
  expect(headend('reload', '--state', state).code).toBe(0);
  lab.file('lab.yaml', LAB('  tod: { on: lan, ip: 10.60.0.2 }\n'));
  const { code, err } = headend('reload', '--state', state);
  expect([code, err]).toEqual([
    4,
    expect.stringMatching(
      /no right to open (udp|tcp) 10\.60\.0\.2:37[^]*restart serve, which binds before it becomes nobody/,
    ),
  ]);
  expect(lab.run('cli', 'curl', '-s', 'tftp://10.60.0.2/a.cfg')).toBe('A');
});

test('a second start takes the folder of the first over, whoever owned it', async () => {
  mkdirSync(state);
  chownSync(state, 12_345, 12_345);
  const first = await start();
  expect(await first.end('SIGTERM')).toBe(0);
  const second = await start();
  expect(await second.end('SIGTERM')).toBe(0);
});

test.each([
  { name: 'nobody of that name', user: 'no-such-user', says: /there is no user no-such-user/ },
  { name: 'no group of that name', user: 'nobody:no-such-group', says: /there is no group no-such-group/ },
  {
    name: 'a number without an account and without a group',
    user: '54321',
    says: /there is no group of the user 54321[^]*--user 54321:nogroup/,
  },
])('$name: exit 4 before anything is bound', ({ user, says }) => {
  const done = lab.attempt(
    'srv',
    process.execPath,
    MAIN,
    'serve',
    join(lab.folder, 'lab.yaml'),
    '--user',
    user,
  );
  expect([done.code, done.out]).toEqual([4, expect.stringMatching(says)]);
});

test('a file that only root may read is found out at the start', () => {
  chmodSync(join(lab.folder, 'a.cfg'), 0o600);
  const done = lab.attempt('srv', process.execPath, MAIN, 'serve', join(lab.folder, 'lab.yaml'), ...flags());
  expect([done.code, done.out]).toEqual([
    2,
    expect.stringContaining('"a.cfg" may not be read: check its owner and mode'),
  ]);
});

test('who is not root is told', () => {
  const done = lab.attempt(
    'srv',
    'setpriv',
    '--reuid=65534',
    '--regid=65534',
    '--clear-groups',
    process.execPath,
    MAIN,
    'serve',
    join(lab.folder, 'lab.yaml'),
    '--user',
    'daemon',
  );
  expect([done.code, done.out]).toEqual([4, expect.stringContaining('only root may become daemon')]);
});

test('a root without the rights of one, as in a container, is told which it needs', () => {
  const done = lab.attempt(
    'srv',
    'setpriv',
    '--bounding-set=-all,+net_bind_service,+setuid,+setgid,+dac_override',
    process.execPath,
    MAIN,
    'serve',
    join(lab.folder, 'lab.yaml'),
    ...flags(),
  );
  expect([done.code, done.out]).toEqual([
    4,
    expect.stringMatching(/cannot become nobody: EPERM.*CAP_SETUID, CAP_SETGID and CAP_CHOWN/s),
  ]);
});
