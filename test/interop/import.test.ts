import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { readFileSync } from 'node:fs';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { describeMessage, type DhcpDescription } from '../../src/codec/dhcp/describe.ts';
import { decodeMessage } from '../../src/codec/dhcp/message.ts';
import { toHex } from '../../src/core/bytes.ts';
import { hex } from '../support/hex.ts';
import { ImportedServer, requestOf, type ImportedClient } from '../support/imported-server.ts';
import { Lab, need } from './support/netns.ts';

// The configurations under fixtures/import are valid to the servers they are of, and what was made of them tells clients
// the same as these servers do: both are asked the same, the original on real sockets.

const FIXTURES = resolve(import.meta.dirname, '../../fixtures/import');

/** Not by its name alone: a package of npm has a program of the same name. */
const DHCPD = '/usr/sbin/dhcpd';

let lab: Lab;
beforeAll(() => need('ip', 'kea-dhcp4', DHCPD, 'dnsmasq'));
afterEach(() => lab?.remove());

interface Site {
  /** Its interface and address; the other end of the cable is the relay. */
  readonly as: string;
  readonly address: string;
  readonly relay: string;
}

const bare = (text: string): string => text.replace(/\/.*/, '');

function wire({ as, address, relay }: Site): void {
  lab = new Lab();
  for (const name of ['srv', 'rel']) lab.namespace(name);
  lab.cable({ in: 'srv', as, address }, { in: 'rel', as: 'eth0', address: relay });
  // Server and relay may be of different networks: the cable joins them all the same.
  lab.attempt('srv', 'ip', 'route', 'replace', `${bare(relay)}/32`, 'dev', as);
  lab.attempt('rel', 'ip', 'route', 'replace', `${bare(address)}/32`, 'dev', 'eth0');
}

/** How long an answer is waited for: where ours is none, theirs is not expected, and a machine that is busy answers late. */
const SILENCE_MS = 2_500;
const PATIENCE_MS = 30_000;

/** Sends a message as the relay and gives the answer; undefined: there is none in time. */
function ask(
  request: Uint8Array,
  { relay, server, waitMs }: { readonly relay: string; readonly server: string; readonly waitMs: number },
): DhcpDescription | undefined {
  const program = `
    const socket = require('node:dgram').createSocket('udp4');
    socket.on('message', (octets) => { console.log(octets.toString('hex')); process.exit(0); });
    socket.bind(67, '${relay}', () => socket.send(Buffer.from('${toHex(request)}', 'hex'), 67, '${server}'));
    setTimeout(() => process.exit(0), ${waitMs});`;
  const said = lab.run('rel', process.execPath, '-e', program).trim();
  return said === '' ? undefined : describeMessage(decodeMessage(hex(said)));
}

/** What is compared: not the address, which each chooses in its own way, nor times that a client makes itself. */
function essence(
  answer: DhcpDescription | undefined,
  leaveOut: readonly number[],
): Readonly<Record<string, unknown>> | undefined {
  if (answer === undefined) return undefined;
  const options = answer.options
    .filter(({ code }) => !leaveOut.includes(code))
    // dnsmasq ends texts with a zero octet.
    .map(({ code, value }) => ({
      code,
      value: typeof value === 'string' ? value.replace(/\\x00$/, '') : value,
    }));
  return {
    type: answer.type,
    siaddr: answer.siaddr,
    file: answer.file,
    ...Object.fromEntries(options.map(({ code, value }) => [code, value])),
  };
}

/** Our answer has options 66, 67 and 150 of a boot server also where the file gives it as siaddr and file alone. */
const MADE = [66, 67, 150];

interface Case {
  readonly fixture: string;
  readonly site: Site;
  readonly clients: readonly (ImportedClient & {
    readonly name: string;
    readonly leaveOut?: readonly number[];
  })[];
}

function compare({ fixture, site, clients }: Case): void {
  const ours = new ImportedServer(fixture);
  const relay = bare(site.relay);
  for (const { name, leaveOut = [], ...client } of clients) {
    const request = requestOf('discover', { giaddr: relay, ...client });
    const own = ours.answer(request);
    const waitMs = own === undefined ? SILENCE_MS : PATIENCE_MS;
    const theirs = ask(request, { relay, server: bare(site.address), waitMs });
    const left = [54, 58, 59, 61, ...leaveOut];
    const given = essence(theirs, left);
    const made = MADE.filter((code) => !theirs?.options.some((each) => each.code === code));
    expect(essence(own, [...left, ...made]), `${fixture}: ${name}`).toEqual(given);
  }
}

const CABLE = '10.9.0.1/18';
const BEHIND = '010400010001 0206001018000001';
const EAST = '010400010007 0206001018000001';
const PXE = [1, 3, 6, 28, 43, 121, 150];
const ALL = [1, 2, 3, 4, 6, 7, 12, 15, 28, 42, 43, 46, 66, 67, 119, 121, 122, 125, 150, 224, 252];

const startDnsmasq = async (fixture: string): Promise<void> => {
  execFileSync('dnsmasq', ['--test', '-C', fixture], { cwd: FIXTURES, stdio: 'pipe' });
  const flags = `-k -C ${fixture} --no-ping --tftp-no-fail --user=root --log-facility=- --dhcp-leasefile=${lab.folder}/leases`;
  await lab.start('srv', /DHCP, IP range/, 'sh', '-c', `cd ${FIXTURES} && exec dnsmasq ${flags}`);
};

const checkDhcpd = (fixture: string): void => {
  execFileSync(DHCPD, ['-t', '-4', '-cf', fixture], { cwd: FIXTURES, stdio: 'pipe' });
};

const startDhcpd = async (fixture: string, { as }: Site): Promise<void> => {
  checkDhcpd(fixture);
  const leases = lab.file('leases', '');
  const flags = `-4 -f -d -cf ${fixture} -lf ${leases} --no-pid ${as}`;
  await lab.start('srv', /Server starting service/, 'sh', '-c', `cd ${FIXTURES} && exec ${DHCPD} ${flags}`);
};

const environment = (folder: string): string =>
  `cd ${FIXTURES} && KEA_PIDFILE_DIR=${folder} KEA_LOCKFILE_DIR=${folder} exec kea-dhcp4`;

const startKea = async (fixture: string): Promise<void> => {
  // Without the library that is not here, and with leases in memory only; the include is of this folder.
  const text = readFileSync(resolve(FIXTURES, fixture), 'utf8')
    .replace(/"hooks-libraries":[^\]]*\],/, '')
    .replace(/"lease-database":[^}]*\},/, '')
    .replace('"Dhcp4": {', '"Dhcp4": { "lease-database": { "type": "memfile", "persist": false },');
  const file = lab.file('kea.conf', text);
  lab.run('srv', 'sh', '-c', `${environment(lab.folder)} -t ${file}`);
  await lab.start('srv', /DHCP4_STARTED/, 'sh', '-c', `${environment(lab.folder)} -c ${file}`);
};

describe("dnsmasq's", () => {
  test.each<Case>([
    {
      fixture: 'dnsmasq-home.conf',
      site: { as: 'br-lan', address: '192.0.2.1/24', relay: '192.0.2.77/24' },
      // dnsmasq takes the relay for the router of those behind it.
      clients: [
        { name: 'a guest', asks: ALL, leaveOut: [3] },
        { name: 'one with a tag', mac: '00:00:5e:00:53:03', asks: ALL, leaveOut: [3] },
        { name: 'one that is ignored', mac: '00:00:5e:00:53:04', asks: ALL },
      ],
    },
    {
      fixture: 'dnsmasq-pxe.conf',
      site: { as: 'eth1', address: '198.51.100.2/24', relay: '198.51.100.77/24' },
      clients: [
        // Asked for option 67, dnsmasq leaves the field file empty.
        { name: 'BIOS', asks: PXE },
        { name: 'UEFI', sends: { 93: '0007' }, asks: PXE },
        { name: 'iPXE', sends: { 93: '0007', 175: '010101' }, asks: PXE },
        { name: 'a telephone', sends: { 60: 'Cisco Systems, Inc. IP Phone' }, asks: PXE },
      ],
    },
    {
      fixture: 'dnsmasq-cable.conf',
      site: { as: 'eth0', address: '10.1.1.7/24', relay: CABLE },
      clients: [
        { name: 'a modem', sends: { 60: 'docsis3.1:', 82: BEHIND }, asks: [1, 3, 4, 7, 28, 66] },
        { name: 'one of the east', sends: { 60: 'docsis3.1:', 82: EAST }, asks: [1, 3, 4, 7, 28, 66] },
        { name: 'no modem', sends: { 82: BEHIND }, asks: [1, 3] },
      ],
    },
  ])('$fixture', async (each) => {
    wire(each.site);
    await startDnsmasq(each.fixture);
    compare(each);
  });
});

describe("dhcpd's", () => {
  test('dhcpd-guests.conf, which waits for its partner, is valid', () => {
    lab = new Lab();
    checkDhcpd('dhcpd-guests.conf');
  });

  test.each<Case>([
    {
      fixture: 'dhcpd-cable.conf',
      site: { as: 'eth0', address: '10.1.1.7/24', relay: CABLE },
      clients: [
        {
          name: 'a modem',
          mac: '00:10:18:00:00:01',
          sends: { 60: 'docsis3.1:', 82: BEHIND },
          asks: ALL,
        },
        {
          name: 'one of a subclass',
          mac: '00:10:18:00:00:07',
          sends: { 60: 'docsis3.1:', 82: BEHIND },
          asks: ALL,
          // dhcpd keeps option 67 of the outer class beside the field file of the inner one; tftp: is one setting for both.
          leaveOut: [67],
        },
        { name: 'an MTA', sends: { 60: 'pktc1.5', 82: BEHIND }, asks: ALL },
        { name: 'what stands behind', sends: { 82: BEHIND }, asks: ALL },
        { name: 'a host', mac: '00:10:18:aa:00:01', sends: { 60: 'docsis3.1:' }, asks: ALL, leaveOut: [67] },
      ],
    },
    {
      fixture: 'dhcpd-office.conf',
      site: { as: 'eth0', address: '192.0.2.2/24', relay: '192.0.2.1/24' },
      clients: [
        { name: 'the else', asks: ALL },
        { name: 'the if', sends: { 77: 'iPXE', 93: '0007' }, asks: ALL },
        { name: 'the elsif', sends: { 93: '0007' }, asks: ALL },
        { name: 'a host of a group', mac: '00:00:5e:00:53:10', asks: ALL },
        { name: 'one without an address', mac: '00:00:5e:00:53:12', asks: [1, 3, 6, 15, 66] },
      ],
    },
  ])('$fixture', async (each) => {
    wire(each.site);
    await startDhcpd(each.fixture, each.site);
    compare(each);
  });
});

describe("Kea's", () => {
  test.each<Case>([
    {
      fixture: 'kea-cable.conf',
      site: { as: 'eth0', address: '10.1.1.7/24', relay: CABLE },
      clients: [
        {
          name: 'a modem',
          mac: '00:10:18:00:00:01',
          sends: { 60: 'docsis3.1:', 82: BEHIND },
          asks: ALL,
          // Kea tells it to who names the sub-option in an option 125 of its own.
          leaveOut: [125],
        },
        { name: 'what stands behind', sends: { 82: BEHIND }, asks: ALL },
        {
          name: 'a reservation',
          mac: '00:10:18:aa:00:01',
          sends: { 60: 'docsis3.0:', 82: BEHIND },
          asks: ALL,
          leaveOut: [67, 125],
        },
        { name: 'neither', asks: ALL },
      ],
    },
    {
      fixture: 'kea-office.conf',
      site: { as: 'eth1', address: '192.0.2.2/24', relay: '192.0.2.77/24' },
      clients: [
        { name: 'a plain client', asks: ALL },
        { name: 'iPXE', sends: { 77: 'iPXE', 93: '0007' }, asks: ALL },
        { name: 'UEFI', sends: { 93: '0007' }, asks: ALL },
        { name: 'a printer', sends: { 60: 'printer' }, asks: [...ALL, 9] },
        { name: 'a reservation', mac: '00:00:5e:00:53:01', asks: ALL, leaveOut: [12] },
      ],
    },
  ])('$fixture', async (each) => {
    wire(each.site);
    await startKea(each.fixture);
    compare(each);
  });
});
