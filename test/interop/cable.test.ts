import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { askControl } from '../../src/api/control.ts';
import { built, MAIN, serve } from './support/headend.ts';
import { Lab, need } from './support/netns.ts';

const LAB = resolve('deploy/lab.yaml');
const MODEMS = 3;

beforeAll(() => {
  need('ip', 'udhcpc');
  built();
});

let lab: Lab;
afterEach(() => lab?.remove());

/** What udhcpc calls: it tells what it got, and takes the address. */
const SCRIPT = `#!/bin/sh
[ "$1" = bound ] || [ "$1" = renew ] || exit 0
echo "$1 $ip/$mask router=$router server=$serverid dns=$dns domain=$domain"
ip address replace "$ip/$mask" dev "$interface"
`;

/** Servers, a CMTS between them and a cable that is a real wire, and a client on that; nobody has a route. */
function wires(): void {
  lab = new Lab();
  for (const name of ['srv', 'hub', 'cli']) lab.namespace(name);
  lab.cable(
    { in: 'srv', as: 'core0', address: '10.90.0.10/24' },
    { in: 'hub', as: 'core0', address: '10.90.0.1/24' },
  );
  lab.cable({ in: 'hub', as: 'hfc0', address: '10.91.0.1/18' }, { in: 'cli', as: 'eth0' });
}

interface Table {
  readonly modems: readonly { readonly state: string; readonly ip: string }[];
}

async function modemsOnline(state: string): Promise<number | undefined> {
  const [cmts] = (await askControl(state, 'modems')) as unknown as Table[];
  return cmts?.modems.filter((modem) => modem.state === 'online').length;
}

test.each([
  { by: 'its name', named: 'hfc0' },
  { by: 'an address of it', named: '10.91.0.1' },
])(
  'a cable that is a real interface, by $by: modems in the process and udhcpc on the wire',
  async ({ named }) => {
    wires();
    const servers = join(lab.folder, 'srv');
    const plant = join(lab.folder, 'hub');
    await serve(lab, 'srv', LAB, '--listen', '10.90.0.10', '--state', servers);
    await serve(lab, 'hub', LAB, '--only', 'cmts,cm', '--interface', named, '--state', plant);
    const script = lab.file('script', SCRIPT);
    lab.run('cli', 'chmod', '755', script);
    const client = await lab.start(
      'cli',
      /bound/,
      'udhcpc',
      '-f',
      '-i',
      'eth0',
      '-s',
      script,
      '-t',
      '60',
      '-T',
      '1',
    );
    expect(client.output).toMatch(
      /bound 10\.91\.1\.1\/18 router=10\.91\.0\.1 server=10\.91\.0\.1 dns=10\.90\.0\.10 domain=lab\.example/,
    );
    // SIGUSR1: renew now, by unicast to the server named, which is the relay.
    client.child.kill('SIGUSR1');
    await client.until(/renew 10\.91\.1\.1\/18/);
    await expect.poll(() => modemsOnline(plant), { timeout: 60_000, interval: 200 }).toBe(MODEMS);
    expect(await askControl(servers, 'leases')).toMatchObject([{ leases: { length: MODEMS + 1 } }]);
    const health = lab.attempt('hub', process.execPath, MAIN, 'probe', 'all', LAB, '--state', plant);
    expect(health).toEqual({
      code: 0,
      out: expect.stringMatching(
        /✓ dhcp +DISCOVER: offers 10\.91\.\d+\.\d+.*✓ tftp +RRQ gold\.cfg.*✓ tod.*✓ dns +lab\.example SOA: NOERROR.*✓ cmts +modems: 3 of 3 online/s,
      ),
    });
  },
);

test('modems send from their own leases where the machine has these addresses', async () => {
  wires();
  lab.run('srv', 'ip', 'route', 'add', '10.91.64.0/18', 'via', '10.90.0.1');
  lab.run('hub', 'ip', 'route', 'add', 'local', '10.91.64.0/18', 'dev', 'lo');
  const plant = join(lab.folder, 'hub');
  const servers = await serve(lab, 'srv', LAB, '--listen', '10.90.0.10', '--log-level', 'info');
  await serve(lab, 'hub', LAB, '--only', 'cmts,cm', '--interface', 'hfc0', '--state', plant);
  await expect.poll(() => modemsOnline(plant), { timeout: 60_000, interval: 200 }).toBe(MODEMS);
  await servers.until(/"HE-TFTP-001".*"peer":"10\.91\.64\.10[0-2]:/);
  expect(servers.output).not.toMatch(/HE-TFTP.*"peer":"10\.90\.0\.1:/);
});

test('the health check of a file says which of its servers does not answer', async () => {
  wires();
  const text = readFileSync(LAB, 'utf8')
    .replace('tod: { on: core, ip: 10.90.0.10/24 }', '')
    .replace('{ docsis: ./lab/gold.yaml, secret: headend-lab }', '{ text: gold }');
  const dead = lab.file('dead.yaml', text);
  await serve(lab, 'srv', dead, '--listen', '10.90.0.10');
  const health = lab.attempt(
    'srv',
    process.execPath,
    MAIN,
    'probe',
    'all',
    LAB,
    '--state',
    join(lab.folder, 'none'),
  );
  expect(health.code).toBe(1);
  expect(health.out).toMatch(/✓ dhcp.*✗ tod +time: the port is closed.*✓ dns.*✗ modems +no serve runs on /s);
});
