import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { built, serve } from './support/headend.ts';
import { Lab, need, type Running } from './support/netns.ts';

const LAB = `headend: 1
name: lab
net: { lan: { kind: segment } }
services:
  dhcp:
    on: lan
    ip: 10.60.0.2
    subnets:
      - { subnet: 10.60.0.0/24, range: 10.60.0.100-10.60.0.110, lease: 1h, router: 10.60.0.2,
          options: { domain-name-servers: [10.60.0.2], domain-name: lab.example } }
      - { subnet: 10.50.0.0/24, relay: 10.50.0.1, range: 10.50.0.100-10.50.0.110, lease: 1h, router: 10.50.0.1,
          tftp: { server: 10.60.0.2, file: gold.cfg } }
`;

/** What udhcpc calls: it writes its environment where the test reads it, and takes the address as a real one would. */
const SCRIPT = `#!/bin/sh
[ "$1" = bound ] || [ "$1" = renew ] || exit 0
env > "$OUT"
ip address replace "$ip/$mask" dev "$interface"
`;

beforeAll(() => {
  need('ip', 'udhcpc', 'dhclient', 'dhcrelay');
  built();
});

let lab: Lab;
afterEach(() => lab?.remove());

/** One server and one client on a wire. */
function direct(): void {
  lab = new Lab();
  lab.namespace('srv');
  lab.namespace('cli');
  lab.cable({ in: 'srv', as: 'lan0', address: '10.60.0.2/24' }, { in: 'cli', as: 'eth0' });
}

/** A relay with a leg to the server and one to the client. */
async function relayed(): Promise<void> {
  lab = new Lab();
  for (const name of ['srv', 'rly', 'cli']) lab.namespace(name);
  lab.cable(
    { in: 'srv', as: 'lan0', address: '10.60.0.2/24' },
    { in: 'rly', as: 'up0', address: '10.60.0.1/24' },
  );
  lab.cable({ in: 'rly', as: 'down0', address: '10.50.0.1/24' }, { in: 'cli', as: 'eth0' });
  lab.run('srv', 'ip', 'route', 'add', '10.50.0.0/24', 'via', '10.60.0.1');
  lab.run('rly', 'sysctl', '-qw', 'net.ipv4.ip_forward=1');
  await lab.start(
    'rly',
    /Sending on/,
    'dhcrelay',
    '-4',
    '-d',
    '-a',
    '-id',
    'down0',
    '-iu',
    'up0',
    '10.60.0.2',
  );
}

/** The lab's server, on the wire, with its leases on the disk. */
function serveLab(): Promise<Running> {
  const state = join(lab.folder, 'state');
  return serve(lab, 'srv', lab.file('lab.yaml', LAB), '--interface', 'lan0', '--state', state);
}

function udhcpc(): Record<string, string> {
  const out = join(lab.folder, 'env');
  const script = lab.file('script', SCRIPT);
  lab.run('cli', 'chmod', '755', script);
  const asked = ['-O', 'tftp', '-O', 'bootfile', '-O', 'dns', '-O', 'domain'];
  lab.run(
    'cli',
    'env',
    `OUT=${out}`,
    'udhcpc',
    '-f',
    '-n',
    '-q',
    '-t',
    '5',
    '-T',
    '2',
    '-i',
    'eth0',
    '-s',
    script,
    ...asked,
  );
  return Object.fromEntries(
    readFileSync(out, 'utf8')
      .split('\n')
      .filter((line) => line.includes('='))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

function dhclient(): string {
  const leases = lab.file('dhclient.leases', '');
  const script = lab.file('dhclient-script', '#!/bin/sh\nexit 0\n');
  lab.run('cli', 'chmod', '755', script);
  lab.run(
    'cli',
    'dhclient',
    '-4',
    '-1',
    '-v',
    '-lf',
    leases,
    '-pf',
    join(lab.folder, 'pid'),
    '-sf',
    script,
    'eth0',
  );
  lab.attempt('cli', 'sh', '-c', `kill $(cat ${join(lab.folder, 'pid')})`);
  return readFileSync(leases, 'utf8');
}

describe('real DHCP clients on the wire', () => {
  test('udhcpc gets a lease with its options', async () => {
    direct();
    await serveLab();
    expect(udhcpc()).toMatchObject({
      ip: '10.60.0.100',
      mask: '24',
      router: '10.60.0.2',
      dns: '10.60.0.2',
      domain: 'lab.example',
      lease: '3600',
      serverid: '10.60.0.2',
    });
  });

  test('dhclient gets a lease', async () => {
    direct();
    await serveLab();
    expect(dhclient()).toMatch(/fixed-address 10\.60\.0\.100;[^]*option subnet-mask 255\.255\.255\.0;/);
  });
});

describe('real DHCP clients behind dhcrelay -a', () => {
  test('udhcpc gets a lease from the subnet of the relay, with what it boots from', async () => {
    await relayed();
    await serveLab();
    expect(udhcpc()).toMatchObject({
      ip: '10.50.0.100',
      router: '10.50.0.1',
      siaddr: '10.60.0.2',
      tftp: '10.60.0.2',
      bootfile: 'gold.cfg',
    });
  });

  test('dhclient gets a lease', async () => {
    await relayed();
    await serveLab();
    expect(dhclient()).toMatch(/fixed-address 10\.50\.0\.100;[^]*filename "gold\.cfg";/);
  });
});

describe('what an ACK promised', () => {
  test('SIGKILL right after the ACK: the lease is there after a restart', async () => {
    direct();
    const first = await serveLab();
    expect(udhcpc()['ip']).toBe('10.60.0.100');
    expect(await first.end('SIGKILL')).toBe('SIGKILL');
    await serveLab();
    const listed = lab.run(
      'srv',
      process.execPath,
      'dist/cli/main.js',
      'leases',
      '--state',
      join(lab.folder, 'state'),
      '--json',
    );
    expect(JSON.parse(listed)).toMatchObject({ leases: [{ address: '10.60.0.100', state: 'bound' }] });
    // The address is its owner's still: another hardware address gets the next one.
    lab.run('cli', 'ip', 'link', 'set', 'eth0', 'down');
    lab.run('cli', 'ip', 'link', 'set', 'eth0', 'address', '02:00:00:00:00:99');
    lab.run('cli', 'ip', 'link', 'set', 'eth0', 'up');
    expect(udhcpc()['ip']).toBe('10.60.0.101');
  });
});
