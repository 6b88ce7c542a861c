import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { built, MAIN, serve } from './support/headend.ts';
import { Lab, need } from './support/netns.ts';

/** The addresses of the file are none of this machine's: --listen says where. */
const LAB = `headend: 1
name: lab
net: { core: { kind: segment } }
services:
  dhcp:
    on: core
    ip: 192.0.2.1
    subnets:
      - { subnet: 10.81.0.0/24, relay: 10.81.0.1, range: 10.81.0.100-10.81.0.150 }
      - { subnet: 10.82.0.0/24, relay: 10.82.0.1, range: 10.82.0.100-10.82.0.150 }
  dns:
    on: core
    ip: 192.0.2.1
    zones: { lab.example: { records: { www: { type: A, data: 10.80.0.80 } } } }
  tftp: { on: core, ip: 192.0.2.1, files: { motd: { text: hello } } }
`;

let lab: Lab;
let file: string;
beforeAll(() => {
  need('ip', 'dig', 'curl', 'udhcpc', 'dhcrelay');
  built();
});
afterEach(() => lab?.remove());

/** A server and a client on one wire, with addresses of both families, the link-local ones of our choice. */
function wire(): void {
  lab = new Lab();
  for (const name of ['srv', 'cli']) {
    lab.namespace(name);
    lab.run(name, 'sysctl', '-qw', 'net.ipv6.conf.default.addr_gen_mode=1');
  }
  lab.cable(
    { in: 'srv', as: 'lan0', address: '10.80.0.1/24' },
    { in: 'cli', as: 'eth0', address: '10.80.0.2/24' },
  );
  for (const [name, device, host] of [
    ['srv', 'lan0', '1'],
    ['cli', 'eth0', '2'],
  ] as const)
    for (const prefix of ['fd00::', 'fe80::'])
      lab.run(name, 'ip', '-6', 'address', 'add', `${prefix}${host}/64`, 'dev', device, 'nodad');
  file = lab.file('lab.yaml', LAB);
}

function dig(at: string, ...flags: readonly string[]): string {
  const asked = ['+short', '+tries=1', '+time=15', ...flags, `@${at}`, 'www.lab.example'];
  return lab.attempt('cli', 'dig', ...asked).out.trim();
}

const fetch = (host: string): string =>
  lab.attempt('cli', 'curl', '-s', '-m', '30', `tftp://${host}/motd`).out;

describe('names and files by both families, on every address that --listen names', () => {
  test.each([
    {
      name: 'all addresses of both families, each by a socket of its own',
      listen: ['0.0.0.0,::'],
      at: ['10.80.0.1', 'fd00::1', 'fe80::1%eth0'],
      not: [],
    },
    {
      name: 'one of each',
      listen: ['10.80.0.1', 'fd00::1'],
      at: ['10.80.0.1', 'fd00::1'],
      not: ['fe80::1%eth0'],
    },
    { name: 'IPv6 alone', listen: ['::'], at: ['fd00::1'], not: ['10.80.0.1'] },
    {
      name: 'a link-local address',
      listen: ['fe80::1%lan0'],
      at: ['fe80::1%eth0'],
      not: ['fd00::1', '10.80.0.1'],
    },
  ])('$name', async ({ listen, at, not }) => {
    wire();
    await serve(lab, 'srv', file, ...listen.flatMap((address) => ['--listen', address]));
    for (const address of at) {
      expect(dig(address), address).toBe('10.80.0.80');
      expect(dig(address, '+tcp'), `${address} by TCP`).toBe('10.80.0.80');
      const host = address.includes(':') ? `[${address.replace('%', '%25')}]` : address;
      expect(fetch(host), `${address} by TFTP`).toBe('hello');
    }
    for (const address of not) expect(dig(address), address).not.toBe('10.80.0.80');
  });

  test('a server whose protocol no address speaks is told of', async () => {
    wire();
    const running = await serve(lab, 'srv', file, '--listen', '::', '--only', 'dhcp');
    expect(running.output).not.toContain('[::]:67');
    const alone = lab.file('alone.yaml', LAB.slice(0, LAB.indexOf('  dns:')));
    await running.end('SIGTERM');
    const silent = await serve(lab, 'srv', alone, '--listen', '::');
    await silent.until(/dhcp is bound nowhere/);
  });
});

describe('what cannot be listened on', () => {
  test.each([
    {
      flags: ['--listen', 'fe80::1'],
      code: 2,
      says: /may be on every link: write the interface, too, as in fe80::1%eth0/,
    },
    { flags: ['--listen', 'fd00::1%lan0'], code: 2, says: /is the same on every interface: write fd00::1/ },
    { flags: ['--listen', 'fe80::1%lan0,fe80::1%lo'], code: 2, says: /run a second serve for it/ },
    {
      flags: ['--listen', 'fe80::1%none0'],
      code: 4,
      says: /there is no interface none0 that is up\n.*name one of lo, lan0/,
    },
    { flags: ['--listen', 'fe80::9%lan0'], code: 4, says: /fe80::9 is not an address of this machine/ },
    {
      flags: ['--interface', 'lan0', '--interface', 'lo'],
      code: 4,
      says: /a serve answers broadcasts on one interface, and 2 are named: lan0, lo\n.*what to do: .*relay.*namespace/,
    },
    { flags: ['--interface', 'lan0,lo'], code: 4, says: /and 2 are named: lan0, lo/ },
  ])('$flags: exit $code', ({ flags, code, says }) => {
    wire();
    const found = lab.attempt('srv', process.execPath, MAIN, 'serve', file, ...flags);
    expect(found.out).toMatch(says);
    expect(found.code).toBe(code);
  });
});

test('two subnets, each behind a relay of its own, are served at the address listened on, which clients then know', async () => {
  lab = new Lab();
  for (const name of ['srv', 'r1', 'r2', 'c1', 'c2']) lab.namespace(name);
  lab.bridge('srv', 'br0', '10.80.0.1/24');
  for (const [number, relay, client] of [
    [1, 'r1', 'c1'],
    [2, 'r2', 'c2'],
  ] as const) {
    lab.cable(
      { in: 'srv', as: `p${number}`, bridge: 'br0' },
      { in: relay, as: 'up0', address: `10.80.0.1${number}/24` },
    );
    lab.cable({ in: relay, as: 'down0', address: `10.8${number}.0.1/24` }, { in: client, as: 'eth0' });
    lab.run('srv', 'ip', 'route', 'add', `10.8${number}.0.0/24`, 'via', `10.80.0.1${number}`);
  }
  await serve(lab, 'srv', lab.file('lab.yaml', LAB), '--listen', '10.80.0.1');
  for (const relay of ['r1', 'r2'])
    await lab.start(
      relay,
      /Sending on/,
      ...(['dhcrelay', '-4', '-d', '-a', '-iu', 'up0', '-id', 'down0', '10.80.0.1'] as const),
    );
  for (const number of [1, 2]) {
    const out = lab.run(
      `c${number}`,
      'sh',
      '-c',
      'exec 2>&1; udhcpc -i eth0 -n -q -f -t 30 -T 1 -s /bin/true',
    );
    expect(out).toMatch(new RegExp(`lease of 10\\.8${number}\\.0\\.1\\d\\d obtained from 10\\.80\\.0\\.1,`));
  }
});
