import { describe, expect, test } from 'vitest';
import type { Facts } from '../../../../src/analysis/doctor/facts.ts';
import { judge } from '../../../../src/analysis/doctor/judge.ts';
import { FACTS, ip, ip4, MACHINE, net, TODAY_US, troubles, WANTED } from '../../../support/doctor-facts.ts';

test('a machine with nothing wrong passes everything, and says so with no cures', () => {
  const findings = judge(FACTS);
  expect(troubles(findings)).toEqual([]);
  for (const { why, cure } of findings) expect([why, cure]).toEqual(['', '']);
});

const [lo, lan0, up0] = FACTS.interfaces as [
  Facts['interfaces'][number],
  Facts['interfaces'][number],
  Facts['interfaces'][number],
];
const bind = FACTS.binds[0]!;
const subnet = WANTED.subnets[0]!;
const state = FACTS.state!;
const modems = { ...subnet, isForModems: true, boots: [] };
const gold = { server: ip4('10.60.0.2'), file: 'gold.cfg', hasSiaddr: true, served: 'yes' } as const;

const CASES: readonly { name: string; facts: Partial<Facts>; tells: readonly string[] }[] = [
  {
    name: 'an old Node',
    facts: { machine: { ...MACHINE, node: '20.18.3' } },
    tells: ['fail node: Node 20.18.3'],
  },
  {
    name: 'a Mac asked to answer broadcasts',
    facts: { machine: { ...MACHINE, platform: 'darwin' } },
    tells: [
      'fail platform: darwin: DHCP on real interfaces does not work, all else does',
      'note firewall: not looked at: what filters packets on darwin is not read here',
    ],
  },
  {
    name: 'a clock from before headend was',
    facts: { machine: { ...MACHINE, nowUs: 0, nowText: '1970-01-01 00:00:00 UTC' }, state: undefined },
    tells: [
      'fail clock: the clock says 1970-01-01 00:00:00 UTC',
      'note state: without --state, leases are in memory: clients keep theirs, a restart forgets them',
    ],
  },
  {
    name: 'a clock that nobody keeps',
    facts: { machine: { ...MACHINE, synchronised: false } },
    tells: ['warn clock: the clock says 2026-11-22 00:00:00 UTC, and no time server keeps it'],
  },
  {
    name: 'a clock set back since the last lease',
    facts: { state: { ...state, writtenUs: TODAY_US + 3 * 3600e6 } },
    tells: ['warn clock: the clock is 3 h 0 min behind the last write to the state folder'],
  },
  {
    name: 'a plain user and a port under 1024',
    facts: {
      machine: { ...MACHINE, mayBindLow: false },
      binds: [{ ...bind, refusal: 'EACCES' }],
    },
    tells: ['fail rights: no right to udp/67'],
  },
  {
    name: 'few descriptors',
    facts: { machine: { ...MACHINE, descriptorsMax: 1024 } },
    tells: ['warn descriptors: 1024 files and sockets may be open at once'],
  },
  {
    name: 'a small buffer matters when many clients may ask',
    facts: {
      machine: { ...MACHINE, bufferOctetsMax: 212_992 },
      wanted: { ...WANTED, subnets: [{ ...subnet, addressCount: 5000 }] },
    },
    tells: [
      'warn buffers: the kernel keeps at most 208 KiB of waiting datagrams for a socket, and 5000 clients may ask',
    ],
  },
  {
    name: 'a port held by a program that can be seen',
    facts: { binds: [{ ...bind, refusal: 'EADDRINUSE', holder: { pid: 812, program: 'dnsmasq' } }] },
    tells: ['fail udp/67: 0.0.0.0:67 is held by process 812 (dnsmasq)'],
  },
  {
    name: 'a port held by a program that cannot be seen',
    facts: { binds: [{ ...bind, refusal: 'EADDRINUSE' }] },
    tells: ['fail udp/67: 0.0.0.0:67 is held by a process that this user may not see'],
  },
  {
    name: 'the serve of the same state folder holds its own ports, and is no stranger',
    facts: {
      binds: [{ ...bind, refusal: 'EADDRINUSE', holder: { pid: 7, program: 'node' } }],
      state: { ...state, owner: { pid: 7, program: 'node' } },
      otherServers: { kind: 'heard', on: 'lan0', servers: [ip('10.60.0.2')] },
    },
    tells: ['warn state: /var/lib/headend is in use by process 7 (node)'],
  },
  {
    name: 'two interfaces',
    facts: { wanted: { ...WANTED, interfaces: ['lan0', 'up0'], subnets: [] } },
    tells: ['fail interfaces: --interface was given 2 times: lan0, up0'],
  },
  {
    name: 'an interface that is mistyped',
    facts: { wanted: { ...WANTED, interfaces: ['lna0'] } },
    tells: ['fail interface: there is no interface lna0'],
  },
  {
    name: 'an interface that is down',
    facts: { interfaces: [lo, { ...lan0, isUp: false }], otherServers: undefined },
    tells: ['fail interface: lan0 is down'],
  },
  {
    name: 'an interface with nothing at the other end',
    facts: { interfaces: [lo, { ...lan0, hasCarrier: false }], otherServers: undefined },
    tells: ['warn interface: lan0 is up, and nothing is at the other end of its cable'],
  },
  {
    name: 'an interface without an address',
    facts: { interfaces: [lo, { ...lan0, addresses: [] }], otherServers: undefined },
    tells: ['fail interface: lan0 has no IPv4 address'],
  },
  {
    name: 'a cable to another headend by an interface that is not there, is down, or has no address',
    facts: {
      wanted: { ...WANTED, trunks: ['far0', 'down0', 'bare0', 'lan0'] },
      interfaces: [
        lo,
        lan0,
        { ...lan0, name: 'down0', isUp: false },
        { ...lan0, name: 'bare0', addresses: [] },
      ],
    },
    tells: [
      'fail interface: there is no interface far0',
      'fail interface: down0 is down',
      'fail interface: bare0 has no IPv4 address',
    ],
  },
  {
    name: 'an interface in another network than the file',
    facts: { wanted: { ...WANTED, interfaces: ['up0'] } },
    tells: ['fail interface: up0 has 192.0.2.9/24, which is in no subnet of the file (10.60.0.0/24)'],
  },
  {
    name: 'an address that the machine does not have',
    facts: {
      binds: [{ ...bind, endpoint: { address: ip('10.60.0.2'), port: 0 }, refusal: 'EADDRNOTAVAIL' }],
    },
    tells: ['fail address: 10.60.0.2 (dhcp) is not an address of this machine'],
  },
  {
    name: 'an address in a network of another size',
    facts: {
      wanted: { ...WANTED, addresses: [{ host: 'dhcp', address: ip('10.60.0.2'), prefixLength: 16 }] },
    },
    tells: ['warn address: 10.60.0.2 is /24 on this machine and /16 in the file'],
  },
  {
    name: 'IPv6 off, and an address of it',
    facts: {
      machine: { ...MACHINE, hasIpv6: false },
      wanted: { ...WANTED, addresses: [{ host: 'dns', address: ip('fd00::53'), prefixLength: 64 }] },
    },
    tells: ['fail ipv6: IPv6 is off here, and dns has the address fd00::53'],
  },
  {
    name: 'no way to a CMTS of the file that this serve does not run, as in a lab of headend init',
    facts: {
      wanted: { ...WANTED, subnets: [{ ...subnet, behind: 'cmts' }] },
      routes: (['relay', 'clients'] as const).map((purpose) => ({
        to: ip('10.9.0.1'),
        purpose,
        at: subnet.at,
        source: undefined,
        refusal: 'ENETUNREACH',
      })),
    },
    tells: ['note route: no way to the relay 10.9.0.1, which is cmts of the file'],
  },
  {
    name: 'no way to a relay',
    facts: {
      routes: [
        { to: ip('10.9.0.1'), purpose: 'relay', at: subnet.at, source: undefined, refusal: 'ENETUNREACH' },
      ],
    },
    tells: [`fail route: no way to the relay 10.9.0.1 of ${subnet.at}: ENETUNREACH`],
  },
  {
    name: 'the way to the clients is another interface, and the filter is strict',
    facts: {
      interfaces: [lo, { ...lan0, reversePathFilter: 1 }, up0],
      routes: [
        {
          to: ip('10.9.0.1'),
          purpose: 'clients',
          at: subnet.at,
          source: ip('192.0.2.9'),
          refusal: undefined,
        },
      ],
    },
    tells: [
      `warn rp_filter: lan0 filters by reverse path, and the way to clients such as 10.9.0.1 of ${subnet.at} is up0`,
    ],
  },
  {
    name: 'a loose filter drops nothing that has a way at all',
    facts: {
      interfaces: [lo, { ...lan0, reversePathFilter: 2 }, up0],
      routes: [
        {
          to: ip('10.9.0.1'),
          purpose: 'clients',
          at: subnet.at,
          source: ip('192.0.2.9'),
          refusal: undefined,
        },
      ],
    },
    tells: [],
  },
  {
    name: 'another server on the wire',
    facts: { otherServers: { kind: 'heard', on: 'lan0', servers: [ip('10.60.0.254')] } },
    tells: ['warn other DHCP: on lan0 addresses are offered by 10.60.0.254'],
  },
  {
    name: 'nobody could be asked',
    facts: {
      otherServers: { kind: 'not-asked', on: 'lan0', reason: 'udp 0.0.0.0:68 is in use', cure: 'stop it' },
    },
    tells: ['note other DHCP: could not ask on lan0: udp 0.0.0.0:68 is in use'],
  },
  {
    name: 'a state folder on NFS',
    facts: { state: { ...state, fileSystem: 'nfs' } },
    tells: ['warn state: /var/lib/headend is on nfs'],
  },
  {
    name: 'a state folder that may not be written',
    facts: { state: { ...state, mayWrite: false } },
    tells: ['fail state: /var/lib/headend may not be written by this user'],
  },
  {
    name: 'a disk that is nearly full, and one that is',
    facts: { state: { ...state, freeOctets: 1024 * 1024 } },
    tells: ['fail disk: 1 MiB are free on its disk'],
  },
  {
    name: 'a database that does not open',
    facts: { durable: { folder: '/tmp', refusal: 'No such module' } },
    tells: ['fail leases: a lease cannot be made durable in /tmp: No such module'],
  },
  {
    name: 'a file with a mistake',
    facts: {
      file: {
        mistakes: [{ text: 'lab.yaml:3:1 net: is missing', hint: 'add it' }],
        unserved: [],
        zones: [],
        servedCount: 0,
      },
    },
    tells: ['fail file: lab.yaml:3:1 net: is missing'],
  },
  {
    name: 'modems without a boot file',
    facts: { wanted: { ...WANTED, subnets: [modems] } },
    tells: [`fail boot file: ${subnet.at} is for modems and names no TFTP server and file`],
  },
  {
    name: 'modems without siaddr',
    facts: { wanted: { ...WANTED, subnets: [{ ...modems, boots: [{ ...gold, hasSiaddr: false }] }] } },
    tells: [`warn boot file: ${subnet.at} sends no siaddr`],
  },
  {
    name: 'a boot file in another case',
    facts: { wanted: { ...WANTED, subnets: [{ ...modems, boots: [{ ...gold, served: 'case' }] }] } },
    tells: [
      `fail boot file: ${subnet.at} names "gold.cfg", and 10.60.0.2 serves no such file, only one in another case`,
    ],
  },
  {
    name: 'a subnet with no addresses',
    facts: { wanted: { ...WANTED, subnets: [{ ...subnet, addressCount: 0, subnet: net('10.60.0.0/24') }] } },
    tells: [`warn subnet: ${subnet.at} has neither a range nor a reservation`],
  },
  {
    name: 'a zone that has lints',
    facts: {
      file: {
        mistakes: [],
        unserved: [],
        zones: [{ apex: 'lab.example', file: 'lab.zone', errors: 0, warnings: 1, first: 'line 4: mx' }],
        servedCount: 0,
      },
    },
    tells: ['warn zone: lab.example (lab.zone) has 1 warning: line 4: mx'],
  },
  {
    name: 'files that TFTP cannot serve, told once for each reason',
    facts: {
      file: {
        mistakes: [],
        zones: [],
        servedCount: 1,
        unserved: [
          ...['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => ({
            folder: 'tftp',
            name,
            reason: 'rights' as const,
          })),
          { folder: 'tftp', name: 'out', reason: 'outside' },
        ],
      },
    },
    tells: [
      'warn tftp files: tftp/a, tftp/b, tftp/c, tftp/d, tftp/e and 2 more: they may not be read by this user',
      'warn tftp files: tftp/out: they lead out of the folder',
    ],
  },
];

describe('what is wrong is told once, with why and a cure', () => {
  test.each(CASES)('$name', ({ facts, tells }) => {
    const findings = judge({ ...FACTS, ...facts });
    expect(troubles(findings)).toEqual(tells);
    for (const { verdict, why, cure } of findings)
      if (verdict === 'warn' || verdict === 'fail') for (const text of [why, cure]) expect(text).not.toBe('');
  });
});

test('without a file nothing is certain, and a port that is held is a warning', () => {
  const findings = judge({
    ...FACTS,
    file: undefined,
    wanted: { ...WANTED, interfaces: [], hasFile: false, addresses: [], subnets: [] },
    otherServers: undefined,
    binds: [{ ...bind, refusal: 'EADDRINUSE', holder: { pid: 1, program: 'systemd-resolve' } }],
  });
  expect(findings.find(({ name }) => name === 'udp/67')).toMatchObject({
    verdict: 'warn',
    cure: expect.stringContaining('DNSStubListener=no') as string,
  });
});
