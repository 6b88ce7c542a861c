import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { built, MAIN, serve } from './support/headend.ts';
import { Lab, need } from './support/netns.ts';

const LAB = `headend: 1
name: lab
net: { lan: { kind: segment } }
services:
  dhcp: { on: lan, ip: 10.60.0.2, subnets: [{ subnet: 10.60.0.0/24, range: 10.60.0.100-10.60.0.150 }] }
  tod: { on: lan, ip: 10.60.0.2 }
`;

let lab: Lab;
let file: string;
let state: string;

beforeAll(async () => {
  need('ip', 'setpriv', 'script');
  built();
  lab = new Lab();
  // Where one serves, and where none does: there, ports under 1024 are for root alone.
  for (const namespace of ['busy', 'free']) lab.namespace(namespace);
  lab.run('free', 'sh', '-c', 'echo 1024 >/proc/sys/net/ipv4/ip_unprivileged_port_start');
  lab.cable({ in: 'free', as: 'down0' }, { in: 'busy', as: 'far0' });
  lab.run('free', 'ip', 'link', 'set', 'down0', 'down');
  lab.cable({ in: 'free', as: 'bare0' }, { in: 'busy', as: 'far1' });
  lab.run('free', 'ip', '-6', 'address', 'add', 'fd00::1/64', 'dev', 'bare0');
  file = lab.file('lab.yaml', LAB);
  // The user nobody reads it, too.
  chmodSync(lab.folder, 0o755);
  state = join(lab.folder, 'state');
  await serve(lab, 'busy', file, '--state', state);
});
afterAll(() => lab?.remove());

const NOBODY = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];

describe('what the machine refuses is exit code 4: what stood in the way, and the cure', () => {
  test.each([
    {
      name: 'a port in use, and by whom',
      in: 'busy',
      flags: [],
      says: /^headend: udp 127\.0\.0\.1:67 is in use by process \d+ \(node\)\nheadend: {3}what to do: stop it, or choose another address$/,
    },
    {
      name: 'no right to a port',
      in: 'free',
      as: NOBODY,
      flags: [],
      says: /^headend: no right to open udp 127\.0\.0\.1:67\nheadend: {3}what to do: run as root; or sysctl net\.ipv4\.ip_unprivileged_port_start=67; or setcap /,
    },
    {
      name: 'an interface that is not there',
      in: 'free',
      flags: ['--interface', 'eht0'],
      says: /^headend: there is no interface eht0 that is up\nheadend: {3}what to do: name one of lo/,
    },
    {
      name: 'an interface that is down',
      in: 'free',
      flags: ['--interface', 'down0'],
      says: /^headend: there is no interface down0 that is up\nheadend: {3}what to do: /,
    },
    {
      name: 'an interface without an IPv4 address',
      in: 'free',
      flags: ['--interface', 'bare0'],
      says: /^headend: bare0 has no IPv4 address\nheadend: {3}what to do: give it one, such as: ip address add /,
    },
    {
      name: 'an address of another machine',
      in: 'free',
      flags: ['--listen', '203.0.113.9'],
      says: /^headend: 203\.0\.113\.9 is not an address of this machine\nheadend: {3}what to do: its addresses are 127\.0\.0\.1/,
    },
    {
      name: 'a state folder in use',
      in: 'free',
      flags: ['--state', 'STATE'],
      says: /^headend: .*state is written by process \d+\nheadend: {3}what to do: stop that headend, or give this one a folder of its own/,
    },
    {
      name: 'a state folder that may not be made',
      in: 'free',
      as: NOBODY,
      flags: ['--state', '/root/none/state'],
      says: /^headend: cannot keep state in \/root\/none\/state: this user has no right to write there\nheadend: {3}what to do: name a folder that this user may write/,
    },
    {
      name: 'a state folder where nothing can be made',
      in: 'free',
      flags: ['--state', '/proc/none'],
      says: /^headend: cannot keep state in \/proc\/none: .*\nheadend: {3}what to do: /,
    },
    {
      name: 'a file for a state folder',
      in: 'free',
      flags: ['--state', 'FILE'],
      says: /^headend: cannot keep state in .*lab\.yaml: .*\nheadend: {3}what to do: /,
    },
  ])('$name', ({ in: namespace, as: user = [], flags, says }) => {
    const given = flags.map((flag) => (flag === 'STATE' ? state : flag === 'FILE' ? file : flag));
    const [command = '', ...args] = [...user, process.execPath, MAIN, 'serve', file, ...given];
    const { code, out } = lab.attempt(namespace, command, ...args);
    expect(out.trimEnd()).toMatch(says);
    expect(out.trimEnd().split('\n')).toHaveLength(2);
    expect(code).toBe(4);
  });

  test('the same as JSON, and nothing else on standard output', () => {
    const shell = `"$0" "$1" serve "$2" --json 2>/dev/null`;
    const { code, out } = lab.attempt('busy', 'sh', '-c', shell, process.execPath, MAIN, file);
    expect(code).toBe(4);
    expect(JSON.parse(out)).toMatchObject({
      format_version: 1,
      verdict: 'error',
      error: { kind: 'environment', messages: [expect.stringContaining('in use'), expect.any(String)] },
    });
  });
});

describe('serve ends when told', () => {
  test.each([
    { signal: 'SIGTERM', code: 0 },
    { signal: 'SIGINT', code: 130 },
  ] as const)('$signal: settles, closes, and the exit code is $code', async ({ signal, code }) => {
    const running = await lab.start('free', /serving/, process.execPath, MAIN, 'serve', file);
    expect(await running.end(signal)).toBe(code);
    expect(running.output).toContain('headend: settled and closed');
  });
});

function painted(environment: string): boolean {
  const command = `${environment} ${process.execPath} ${MAIN} validate ${file}`;
  return lab.run('free', 'script', '-qec', command, '/dev/null').includes('\u001b[');
}

describe('colour is for terminals that want it', () => {
  test.each([
    { environment: 'env -u NO_COLOR TERM=xterm', colour: true },
    { environment: 'env NO_COLOR=1 TERM=xterm', colour: false },
    { environment: 'env -u NO_COLOR TERM=dumb', colour: false },
  ])('$environment', ({ environment, colour }) => {
    expect(painted(environment)).toBe(colour);
  });
});
