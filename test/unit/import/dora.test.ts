import { expect, test } from 'vitest';
import { ImportedServer, type ImportedClient, requestOf } from '../../support/imported-server.ts';
import { ipOption } from '../../support/dhcp-builders.ts';

// What the original server would give its clients, by its own documents, is what the scenario that was made of it gives.

interface Answer {
  readonly yiaddr: string;
  readonly siaddr?: string;
  readonly file?: string;
  readonly options?: Readonly<Record<number, unknown>>;
}

/** DISCOVER, OFFER, REQUEST, ACK; undefined: the server is silent. */
function lease(server: ImportedServer, client: ImportedClient) {
  const offer = server.answer(requestOf('discover', client));
  if (offer === undefined) return undefined;
  const more = [ipOption(50, offer.yiaddr), ipOption(54, server.address)];
  const ack = server.answer(requestOf('request', client, more));
  expect(ack).toMatchObject({ type: 'ACK', yiaddr: offer.yiaddr, siaddr: offer.siaddr, file: offer.file });
  const options = Object.fromEntries(ack!.options.map(({ code, value }) => [code, value]));
  return { yiaddr: ack!.yiaddr, siaddr: ack!.siaddr, file: ack!.file, options };
}

const CABLE = '10.9.0.1';
/** Option 82: circuit-id 00010001, the modem 00:10:18:00:00:01 as remote-id. */
const BEHIND = '010400010001 0206001018000001';
const EAST = '010400010007 0206001018000001';

test.each<{ fixture: string; name: string; client: ImportedClient; gets: Answer | undefined }>([
  {
    fixture: 'kea-cable.conf',
    name: 'a modem: the pool of modems, its file and server, vendor options',
    client: {
      mac: '00:10:18:00:00:01',
      giaddr: CABLE,
      sends: { 60: 'docsis3.1:', 82: BEHIND },
      asks: [2, 3, 4, 7, 66, 67, 125, 224],
    },
    gets: {
      yiaddr: '10.9.16.1',
      siaddr: '10.1.1.6',
      file: 'modem/bronze.cm',
      options: {
        2: 0,
        3: ['10.9.0.1'],
        4: ['10.1.1.37'],
        7: ['10.1.1.14'],
        51: 86_400,
        58: 43_200,
        59: 75_600,
        66: '10.1.1.6',
        67: 'modem/bronze.cm',
        224: '706c616e742037',
      },
    },
  },
  {
    fixture: 'kea-cable.conf',
    name: 'what stands behind it: the other subnet of the cable, through the same relay',
    client: { giaddr: CABLE, sends: { 82: BEHIND }, asks: [3, 6, 15] },
    gets: {
      yiaddr: '203.0.113.10',
      siaddr: '0.0.0.0',
      file: '',
      options: { 3: ['203.0.113.1'], 6: ['10.1.1.53', '10.1.2.53'], 15: 'customers.example', 51: 7200 },
    },
  },
  {
    fixture: 'kea-cable.conf',
    name: 'one with a reservation: its own file, from the server of its class',
    client: {
      mac: '00:10:18:aa:00:01',
      giaddr: CABLE,
      sends: { 60: 'docsis3.0:', 82: BEHIND },
      asks: [12, 67],
    },
    gets: {
      yiaddr: '10.9.8.1',
      siaddr: '10.1.1.6',
      file: 'modem/gold.cm',
      options: { 12: 'meter-1', 67: 'modem/gold.cm' },
    },
  },
  {
    fixture: 'kea-cable.conf',
    name: 'neither a modem nor behind one: nothing',
    client: { giaddr: CABLE },
    gets: undefined,
  },
  {
    fixture: 'kea-office.conf',
    name: 'iPXE by its user class',
    client: { sends: { 77: 'iPXE', 93: '0007' }, asks: [67, 119, 43] },
    gets: {
      yiaddr: '192.0.2.64',
      siaddr: '192.0.2.3',
      file: 'http://192.0.2.3/boot.ipxe',
      options: { 51: 4000, 58: 1600, 59: 3200, 119: ['office.example', 'example.com'] },
    },
  },
  {
    fixture: 'kea-office.conf',
    name: 'UEFI by its architecture',
    client: { sends: { 93: '0007' } },
    gets: { yiaddr: '192.0.2.64', siaddr: '192.0.2.3', file: 'ipxe.efi' },
  },
  {
    fixture: 'kea-office.conf',
    name: 'a telephone: option 150 of its class',
    client: { sends: { 60: 'Cisco Systems, Inc.' }, asks: [150] },
    gets: { yiaddr: '192.0.2.64', options: { 150: ['192.0.2.5'] } },
  },
  {
    fixture: 'kea-office.conf',
    name: 'a reservation by client identifier',
    client: { sends: { 61: '0100005e005302' }, asks: [15] },
    gets: { yiaddr: '192.0.2.201', options: { 15: 'lab.example' } },
  },
  {
    fixture: 'kea-office.conf',
    name: 'through the relay of the branch',
    client: { giaddr: '198.51.100.1', asks: [3] },
    gets: { yiaddr: '198.51.100.10', options: { 3: ['198.51.100.1'] } },
  },
  {
    fixture: 'kea-small.conf',
    name: 'included subnets; the router is given to nobody',
    client: { asks: [1, 3, 6] },
    gets: {
      yiaddr: '192.0.2.2',
      options: { 1: '255.255.255.0', 3: ['192.0.2.1'], 6: ['192.0.2.53'], 51: 4000 },
    },
  },
  {
    fixture: 'dhcpd-cable.conf',
    name: 'a modem',
    client: {
      mac: '00:10:18:00:00:01',
      giaddr: CABLE,
      sends: { 60: 'docsis3.1:', 82: BEHIND },
      asks: [2, 4, 6, 43, 66, 67],
    },
    gets: {
      yiaddr: '10.9.16.1',
      siaddr: '10.1.1.6',
      file: 'bronze.cm',
      options: {
        2: -18_000,
        4: ['10.1.1.37'],
        6: ['10.1.1.53'],
        43: { oui: '\\x00\\x10\\x18' },
        51: 86_400,
        66: '10.1.1.6',
        67: 'bronze.cm',
      },
    },
  },
  {
    fixture: 'dhcpd-cable.conf',
    name: 'a modem of the subclass gold',
    client: { mac: '00:10:18:00:00:07', giaddr: CABLE, sends: { 60: 'docsis3.1:', 82: BEHIND } },
    gets: { yiaddr: '10.9.16.1', siaddr: '10.1.1.6', file: 'gold.cm' },
  },
  {
    fixture: 'dhcpd-cable.conf',
    name: 'an MTA: its pool, a short lease, option 122',
    client: { giaddr: CABLE, sends: { 60: 'pktc1.5', 82: BEHIND }, asks: [122] },
    gets: { yiaddr: '10.9.32.1', options: { 51: 3600, 122: { 'dhcp-server': '10.1.1.7' } } },
  },
  {
    fixture: 'dhcpd-cable.conf',
    name: 'all others have the pool that denies both',
    client: { giaddr: CABLE, sends: { 82: BEHIND }, asks: [3, 15] },
    gets: { yiaddr: '203.0.113.10', options: { 3: ['203.0.113.1'], 15: 'customers.example' } },
  },
  {
    fixture: 'dhcpd-cable.conf',
    name: 'a host declaration',
    client: { mac: '00:10:18:aa:00:01', giaddr: CABLE, sends: { 60: 'docsis3.1:' } },
    gets: { yiaddr: '10.9.8.1', siaddr: '10.1.1.6', file: 'meter.cm' },
  },
  {
    fixture: 'dhcpd-office.conf',
    name: 'the else of an if',
    client: { asks: [121, 46, 19, 42] },
    gets: {
      yiaddr: '192.0.2.64',
      siaddr: '192.0.2.3',
      file: 'undionly.kpxe',
      options: {
        19: false,
        42: ['192.0.2.1', '192.0.2.2'],
        46: 8,
        51: 600,
        121: ['198.51.100.0/24 via 192.0.2.254'],
      },
    },
  },
  {
    fixture: 'dhcpd-office.conf',
    name: 'the if',
    client: { sends: { 77: 'iPXE', 93: '0007' } },
    gets: { yiaddr: '192.0.2.64', siaddr: '192.0.2.3', file: 'boot.ipxe' },
  },
  {
    fixture: 'dhcpd-office.conf',
    name: 'the elsif',
    client: { sends: { 93: '0007' } },
    gets: { yiaddr: '192.0.2.64', siaddr: '192.0.2.3', file: 'ipxe.efi' },
  },
  {
    fixture: 'dhcpd-office.conf',
    name: 'a host of a group, named by its declaration',
    client: { mac: '00:00:5e:00:53:10', asks: [12, 15, 66] },
    gets: { yiaddr: '192.0.2.210', options: { 12: 'laser', 15: 'printers.example', 66: '192.0.2.3' } },
  },
  {
    fixture: 'dhcpd-office.conf',
    name: 'a host without an address: options of its group, any address',
    client: { mac: '00:00:5e:00:53:12', asks: [15] },
    gets: { yiaddr: '192.0.2.64', options: { 15: 'printers.example' } },
  },
  {
    fixture: 'dhcpd-guests.conf',
    name: 'a known client',
    client: { mac: '00:00:5e:00:53:01', asks: [15] },
    gets: { yiaddr: '192.0.2.10', options: { 51: 7200 } },
  },
  {
    fixture: 'dhcpd-guests.conf',
    name: 'a guest',
    client: { asks: [15] },
    gets: { yiaddr: '192.0.2.100', options: { 15: 'guests.example', 51: 300 } },
  },
  {
    fixture: 'dnsmasq-home.conf',
    name: 'a guest of a home: the router tells of itself',
    client: { asks: [3, 6, 15, 28, 42, 252] },
    gets: {
      yiaddr: '192.0.2.100',
      options: {
        3: ['192.0.2.1'],
        6: ['192.0.2.1'],
        15: 'home.example',
        28: '192.0.2.255',
        42: ['192.0.2.1'],
        51: 43_200,
      },
    },
  },
  {
    fixture: 'dnsmasq-home.conf',
    name: 'one with a tag',
    client: { mac: '00:00:5e:00:53:03', asks: [6, 12] },
    gets: { yiaddr: '192.0.2.100', options: { 6: ['192.0.2.54'], 12: 'tablet' } },
  },
  {
    fixture: 'dnsmasq-home.conf',
    name: 'one that is ignored',
    client: { mac: '00:00:5e:00:53:04' },
    gets: undefined,
  },
  {
    fixture: 'dnsmasq-pxe.conf',
    name: 'UEFI that is not iPXE yet',
    client: { sends: { 60: 'PXEClient:Arch:00007', 93: '0007' }, asks: [3, 43, 121] },
    gets: {
      yiaddr: '198.51.100.50',
      siaddr: '198.51.100.2',
      file: 'ipxe.efi',
      options: {
        3: ['198.51.100.1'],
        43: '060108ff',
        51: 2700,
        121: ['10.0.0.0/8 via 198.51.100.254'],
      },
    },
  },
  {
    fixture: 'dnsmasq-pxe.conf',
    name: 'iPXE',
    client: { sends: { 93: '0007', 175: '010101' } },
    gets: { yiaddr: '198.51.100.50', file: 'http://198.51.100.2/boot.ipxe' },
  },
  {
    fixture: 'dnsmasq-cable.conf',
    name: 'a modem of the east by its circuit',
    client: { giaddr: CABLE, sends: { 60: 'docsis3.1:', 82: EAST }, asks: [3, 4, 66, 67] },
    gets: {
      yiaddr: '10.9.16.1',
      siaddr: '10.1.1.6',
      file: 'east.cm',
      options: { 3: ['10.9.0.1'], 4: ['10.1.1.37'], 66: '10.1.1.6' },
    },
  },
  {
    fixture: 'dnsmasq-cable.conf',
    name: 'what is no modem is ignored',
    client: { giaddr: CABLE, sends: { 82: BEHIND } },
    gets: undefined,
  },
])('$fixture: $name', ({ fixture, client, gets }) => {
  const answer = lease(new ImportedServer(fixture), client);
  if (gets === undefined) expect(answer).toBeUndefined();
  else expect(answer).toMatchObject(gets);
});
