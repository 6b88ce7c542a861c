import { execFileSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Rule } from '../../src/core/rules.ts';
import { DHCP } from '../../src/core/rules/dhcp.ts';
import { compiled } from '../support/compiled.ts';
import { ClientLab, KNOWN, SERVER, type Network } from './support/client-lab.ts';
import { CLIENT_KINDS, lease, leasedBy, memoryOf, type ClientKind } from './support/dhcp-clients.ts';
import { built } from './support/headend.ts';
import { need, type Running } from './support/netns.ts';

const PATHS: readonly { readonly network: Network; readonly net: string; readonly path: string }[] = [
  { network: 'core', net: '10.60.0', path: 'directly' },
  { network: 'isc1', net: '10.50.0', path: 'through dhcrelay -a' },
  { network: 'isc2', net: '10.51.0', path: 'through dhcrelay -a, from its second network' },
  { network: 'dnm1', net: '10.52.0', path: 'through the relay of dnsmasq' },
  { network: 'dnm2', net: '10.53.0', path: 'through the relay of dnsmasq, from its second network' },
];
const EVERY = PATHS.flatMap((way) => CLIENT_KINDS.map((kind) => ({ ...way, kind })));

/** Those that stay, renew and take signals. */
const DAEMONS: readonly ClientKind[] = ['udhcpc', 'dhclient', 'dhcpcd'];

/** What the second host on the squatted network has taken without asking. */
const SQUATTED = ['10.56.0.100', '10.56.0.101'];

/** What tshark calls an error. */
const WRONG = '_ws.malformed || _ws.expert.severity >= 0x800000 || _ws.short';

const lab = new ClientLab();
/** Clients by namespace; each has had its first lease when it is there. */
const clients = new Map<string, Promise<Running>>();

function client(namespace: string): Promise<Running> {
  return clients.get(namespace) ?? Promise.reject(new Error(`no client in ${namespace}`));
}

function begin(namespace: string, kind: ClientKind, ...flags: readonly string[]): void {
  clients.set(namespace, lease(lab.lab, namespace, kind, ...flags));
}

/** Waits until the server has said a rule about an address or a client. */
function decided(rule: Rule, detail: string): Promise<void> {
  return lab.server.until(new RegExp(`"rule":"${rule.id}","detail":"${detail}`));
}

/** A client that was in one network of an hour's lease, carried to another one with its memory. */
async function move(kind: 'dhclient' | 'dhcpcd', from: string, to: string): Promise<void> {
  const before = await client(from);
  // It is written down by then.
  await before.until(/bound to|true BOUND/);
  const file = kind === 'dhclient' ? 'leases' : 'eth0.lease';
  copyFileSync(join(memoryOf(lab.lab, from), file), join(memoryOf(lab.lab, to), file));
  begin(to, kind);
  await client(to);
}

beforeAll(async () => {
  need('ip', 'tshark', 'udhcpc', 'dhclient', 'dhcpcd', '/usr/lib/klibc/bin/ipconfig');
  need('dhcrelay', 'dnsmasq', 'dhcping', 'nmap', 'qemu-system-x86_64');
  built();
  await lab.start(compiled('test/support/cable-relay.ts'));
  for (const { network, kind } of EVERY) lab.plug(`${network}-${kind}`, network);
  for (const kind of ['dhclient', 'dhcpcd']) lab.plug(`moved-${kind}`, 'dnm2');
  lab.plug('squat-udhcpc', 'squatted', { mac: KNOWN.squattedFirst });
  lab.plug('squat-dhcpcd', 'squatted', { mac: KNOWN.squattedSecond });
  lab.plug('squatter', 'squatted', { ip: `${SQUATTED[0]}/24` });
  lab.lab.run('squatter', 'ip', 'address', 'add', `${SQUATTED[1]}/24`, 'dev', 'eth0');
  for (const name of ['modem', 'cpe', 'linked'] as const) lab.plug(name, 'hfc', { mac: KNOWN[name] });
  lab.plug('tools', 'core', { mac: KNOWN.dhcping, ip: '10.60.0.9/24' });

  clients.set(
    'nmap',
    lab.lab.start('tools', /Nmap done/, 'nmap', '-e', 'eth0', '--script', 'broadcast-dhcp-discover'),
  );
  clients.set('machine', lab.boot(/SeaBIOS/));
  for (const { network, kind } of EVERY) begin(`${network}-${kind}`, kind);
  begin('squat-udhcpc', 'udhcpc', '-a', '-A', '1');
  begin('squat-dhcpcd', 'dhcpcd');
  begin('modem', 'udhcpc', '-V', 'docsis3.1:', '-O', 'bootfile');
  begin('cpe', 'dhclient');
  begin('linked', 'udhcpc');
  const moves = [
    move('dhclient', 'isc1-dhclient', 'moved-dhclient'),
    move('dhcpcd', 'isc1-dhcpcd', 'moved-dhcpcd'),
  ];
  // What fails is told by the test that needs it.
  await Promise.allSettled([...clients.values(), ...moves]);
});
afterAll(() => lab?.remove());

describe.each(EVERY)('$kind $path', ({ network, net, kind }) => {
  test('has a lease of its network', async () => {
    expect(leasedBy(kind, await client(`${network}-${kind}`))).toMatch(new RegExp(`^${net}\\.1\\d\\d$`));
  });
});

describe('a modem and what is behind it, at one relay address', () => {
  test.each([
    { who: 'the modem itself, by its class', at: 'modem', kind: 'udhcpc', net: '10.54.0' },
    { who: 'a computer behind it, by 82.2', at: 'cpe', kind: 'dhclient', net: '10.55.0' },
    { who: 'a computer whose relay selects the link, by 82.5', at: 'linked', kind: 'udhcpc', net: '10.57.0' },
  ] as const)('$who', async ({ at, kind, net }) => {
    expect(leasedBy(kind, await client(at))).toMatch(new RegExp(`^${net}\\.1\\d\\d$`));
  });

  test('the computer renews past the relay, where nothing says behind which modem it is', async () => {
    const running = await client('cpe');
    await running.until(/DHCPREQUEST for 10\.55\.0\.1\d\d on eth0 to 10\.60\.0\.2[^]*DHCPACK/);
    await decided(DHCP.ackExtended, `${leasedBy('dhclient', running)} for ${KNOWN.cpe}`);
  });
});

/** From a request of the kind to the acknowledgment. */
const RENEWED: Readonly<Record<string, { readonly unicast: RegExp; readonly broadcast: RegExp }>> = {
  udhcpc: {
    unicast: /sending renew to server 10\.60\.0\.2\s+udhcpc: lease of/,
    broadcast: /broadcasting renew\s+udhcpc: lease of/,
  },
  dhclient: {
    unicast: /bound to [^]*DHCPREQUEST for \S+ on eth0 to 10\.60\.0\.2 port 67\s+DHCPACK/,
    broadcast: /bound to [^]*DHCPREQUEST for \S+ on eth0 to 255\.255\.255\.255 port 67\s+DHCPACK/,
  },
  dhcpcd: {
    unicast: /renewing lease of[^\n]*\s+eth0: sending REQUEST[^\n]*\s+eth0: acknowledged/,
    broadcast: /failed to renew DHCP, rebinding\s[^]*sending REQUEST[^\n]*\s+eth0: acknowledged/,
  },
};

describe.each(DAEMONS)('a lease of %s that grows older', (kind) => {
  test('is renewed at T1, by unicast to its server', async () => {
    const running = await client(`core-${kind}`);
    await running.until(RENEWED[kind]!.unicast);
    await decided(DHCP.ackExtended, `${leasedBy(kind, running)} for`);
  });

  test('is rebound at T2, by broadcast, when no unicast reaches the server', async () => {
    const running = await client(`dnm1-${kind}`);
    await running.until(RENEWED[kind]!.broadcast);
    await decided(DHCP.ackExtended, `${leasedBy(kind, running)} for`);
  });
});

describe('an address that somebody else has taken', () => {
  test.each(['udhcpc', 'dhcpcd'] as const)('%s declines it and has another one', async (kind) => {
    const running = await client(`squat-${kind}`);
    // udhcpc says that it has a lease before it asks the wire.
    await running.until(/declin[^]*lease|DECLINE[^]*leased/);
    expect(SQUATTED).not.toContain(leasedBy(kind, running));
  });

  test('is not offered again', async () => {
    for (const address of SQUATTED) await decided(DHCP.declined, `${address} for`);
    const leases = lab.leases();
    expect(SQUATTED.map((address) => leases.get(address))).toEqual(['declined', 'declined']);
  });
});

describe('a client that begins with the lease it remembers', () => {
  test.each([
    {
      kind: 'dhclient',
      refused: /DHCPREQUEST for 10\.50\.0\.1\d\d[^]*DHCPNAK from 10\.53\.0\.1[^]*DHCPDISCOVER/,
    },
    { kind: 'dhcpcd', refused: /rebinding lease of 10\.50\.0\.1\d\d[^]*NAK: [^\n]*10\.60\.0\.2[^]*DISCOVER/ },
  ] as const)(
    '$kind on another network is told NAK and gets an address of that one',
    async ({ kind, refused }) => {
      const running = await client(`moved-${kind}`);
      expect(running.output).toMatch(refused);
      expect(leasedBy(kind, running)).toMatch(/^10\.53\.0\.1\d\d$/);
    },
  );

  test.each([
    { kind: 'dhclient', asked: /DHCPREQUEST for 10\.51\.0\.1\d\d[^]*DHCPACK/, discover: /DHCPDISCOVER/ },
    { kind: 'dhcpcd', asked: /rebinding lease of 10\.51\.0\.1\d\d[^]*acknowledged/, discover: /DISCOVER/ },
  ] as const)(
    '$kind on the same network keeps its address without a DISCOVER',
    async ({ kind, asked, discover }) => {
      const before = await client(`isc2-${kind}`);
      // SIGKILL: it says nothing to anybody, as at a power cut.
      await before.end('SIGKILL');
      lab.lab.run(`isc2-${kind}`, 'ip', 'address', 'flush', 'dev', 'eth0');
      const running = await lease(lab.lab, `isc2-${kind}`, kind);
      expect(running.output).toMatch(asked);
      expect(running.output).not.toMatch(discover);
      expect(leasedBy(kind, running)).toBe(leasedBy(kind, before));
    },
  );
});

describe('a client that gives its address back', () => {
  test.each([
    { kind: 'udhcpc', signal: 'SIGUSR2' },
    { kind: 'dhcpcd', signal: 'SIGALRM' },
  ] as const)('$kind, told by $signal', async ({ kind, signal }) => {
    const running = await client(`isc1-${kind}`);
    const address = leasedBy(kind, running);
    expect(lab.leases().get(address)).toBe('bound');
    running.child.kill(signal);
    await decided(DHCP.released, `${address} for`);
    expect(lab.leases().get(address)).toBe('free');
  });

  test('dhclient -r', async () => {
    const address = leasedBy('dhclient', await client('isc1-dhclient'));
    const folder = memoryOf(lab.lab, 'isc1-dhclient');
    const files = ['-lf', join(folder, 'leases'), '-pf', join(folder, 'pid'), '-sf', join(folder, 'script')];
    lab.lab.run('isc1-dhclient', 'dhclient', '-4', '-r', '-cf', '/dev/null', ...files, 'eth0');
    await decided(DHCP.released, `${address} for`);
    expect(lab.leases().get(address)).toBe('free');
  });
});

describe('tools that ask', () => {
  test.each([
    { name: 'dhcping renews what is reserved', flags: [] },
    { name: 'dhcping informs', flags: ['-i'] },
  ])('$name', ({ flags }) => {
    const asked = ['-t', '30', '-c', '10.60.0.9', '-s', SERVER, '-h', KNOWN.dhcping, ...flags];
    expect(lab.lab.run('tools', 'dhcping', ...asked)).toMatch(/Got answer from: 10\.60\.0\.2/);
  });

  test("nmap's broadcast-dhcp-discover sees the offer", async () => {
    const { output } = await client('nmap');
    expect(output).toMatch(/IP Offered: 10\.60\.0\.1\d\d\s/);
    expect(output).toMatch(/Server Identifier: 10\.60\.0\.2\s/);
    expect(output).toMatch(/Renewal Time Value: 4s\s[^]*Rebinding Time Value: 9s\s/);
    expect(output).toMatch(/Domain Name: lab\.example\s/);
  });
});

/** One line a packet that the filter lets through. */
function rows(filter: string, ...fields: string[]): string[] {
  const columns = fields.flatMap((field) => ['-e', field]);
  const args = [
    '-r',
    lab.capture,
    '-Y',
    filter,
    ...(fields.length === 0 ? [] : ['-T', 'fields', ...columns]),
  ];
  const said = execFileSync('tshark', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  return said.split('\n').filter((line) => line !== '');
}

test('iPXE boots what is for its user class: a script, a file, and another script', async () => {
  const machine = await client('machine');
  await machine.until(/script 2 runs/, 200);
  expect(machine.output).toMatch(/Filename: boot\.ipxe/);
  expect(machine.output).toMatch(/script 1 runs for 10\.60\.0\.1\d\d/);
  expect(machine.output).toMatch(/payload : 300000 bytes/);
  await machine.end('SIGKILL');
});

describe('all of it on the wire', () => {
  beforeAll(async () => {
    await lab.wire.until(/DHCP Inform[^]*DHCP ACK/);
    await lab.wire.end('SIGINT');
  });

  test('nothing malformed, no error that tshark knows', () => {
    expect(rows(WRONG)).toEqual([]);
  });

  test('every message type was there, and every answer has a server identifier', () => {
    const types = new Set(rows('dhcp', 'dhcp.option.dhcp'));
    // DISCOVER, OFFER, REQUEST, DECLINE, ACK, NAK, RELEASE, INFORM.
    expect([...types].toSorted()).toEqual(['1', '2', '3', '4', '5', '6', '7', '8']);
    expect(rows(`ip.src == ${SERVER} && dhcp && dhcp.option.dhcp_server_id != ${SERVER}`)).toEqual([]);
  });

  test('a NAK past a relay has the broadcast bit, RFC 2131 §4.3.2, and neither an address nor a lease', () => {
    const seen = rows(
      'dhcp.option.dhcp == 6',
      'dhcp.flags.bc',
      'dhcp.ip.your',
      'dhcp.option.ip_address_lease_time',
    );
    expect(new Set(seen)).toEqual(new Set(['1\t0.0.0.0\t']));
  });
});
