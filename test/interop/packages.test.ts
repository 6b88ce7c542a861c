import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compiled } from '../support/compiled.ts';
import type { Job } from '../support/package-peer.ts';
import { built, MAIN, serve } from './support/headend.ts';
import { Lab, need } from './support/netns.ts';

/** `answer` is what dns-packet makes of the data; octets are hex. */
const ANSWERS = [
  { ask: 'www A', data: '192.0.2.10', answer: '192.0.2.10' },
  { ask: 'www AAAA', data: '2001:db8::10', answer: '2001:db8::10' },
  { ask: '@ NS', data: 'ns', answer: 'ns.lab.example' },
  {
    ask: '@ SOA',
    data: 'ns hostmaster 2026010100 7200 1800 604800 60',
    answer: {
      mname: 'ns.lab.example',
      rname: 'hostmaster.lab.example',
      serial: 2026010100,
      refresh: 7200,
      retry: 1800,
      expire: 604_800,
      minimum: 60,
    },
  },
  { ask: 'alias CNAME', data: 'www', answer: 'www.lab.example' },
  { ask: 'old DNAME', data: 'new', answer: 'new.lab.example' },
  { ask: 'ptr PTR', data: 'www', answer: 'www.lab.example' },
  { ask: '@ MX', data: '10 mail', answer: { preference: 10, exchange: 'mail.lab.example' } },
  {
    ask: 'text TXT',
    data: '"v=spf1 -all" "second string"',
    answer: [Buffer.from('v=spf1 -all').toString('hex'), Buffer.from('second string').toString('hex')],
  },
  {
    ask: '_sip._udp SRV',
    data: '10 60 5060 www',
    answer: { priority: 10, weight: 60, port: 5060, target: 'www.lab.example' },
  },
  { ask: 'host HINFO', data: '"DOCSIS CMTS" "headend"', answer: { cpu: 'DOCSIS CMTS', os: 'headend' } },
  {
    ask: '@ CAA',
    data: '0 issue "ca.example"',
    answer: { flags: 0, tag: 'issue', value: 'ca.example', issuerCritical: false },
  },
  {
    ask: 'enum NAPTR',
    data: '10 20 "u" "E2U+sip" "!^.*$!sip:a@lab.example!" .',
    answer: {
      order: 10,
      preference: 20,
      flags: 'u',
      services: 'E2U+sip',
      regexp: '!^.*$!sip:a@lab.example!',
      replacement: '.',
    },
  },
  {
    ask: 'host SSHFP',
    data: `1 1 ${'AB'.repeat(20)}`,
    answer: { algorithm: 1, hash: 1, fingerprint: 'AB'.repeat(20) },
  },
  {
    ask: '_443._tcp TLSA',
    data: `3 1 1 ${'cd'.repeat(32)}`,
    answer: { usage: 3, selector: 1, matchingType: 1, certificate: 'cd'.repeat(32) },
  },
  {
    ask: 'host RP',
    data: 'hostmaster text',
    answer: { mbox: 'hostmaster.lab.example', txt: 'text.lab.example' },
  },
  {
    ask: 'sub DS',
    data: `12345 13 2 ${'ef'.repeat(32)}`,
    answer: { keyTag: 12_345, algorithm: 13, digestType: 2, digest: 'ef'.repeat(32) },
  },
  { ask: 'odd TYPE65400', as: 'UNKNOWN_65400', data: '\\# 4 DEADBEEF', answer: 'deadbeef' },
];

const ZONE = `$ORIGIN lab.example.
$TTL 300
${ANSWERS.map(({ ask, data }) => `${ask} ${data}`).join('\n')}
ns      A  10.60.0.2
sub     NS ns.sub
ns.sub  A  192.0.2.53
${Array.from({ length: 60 }, (_, n) => `big TXT "${String(n).padStart(3, '0')}${'x'.repeat(60)}"`).join('\n')}
`;

const LAB = `headend: 1
name: packages
net: { lan: { kind: segment } }
services:
  dhcp:
    on: lan
    ip: 10.60.0.2
    subnets:
      - subnet: 10.60.0.0/24
        range: 10.60.0.100-10.60.0.110
        lease: 1h
        router: 10.60.0.1
        tftp: { server: 10.60.0.2, file: gold.cfg }
        options: { domain-name-servers: [10.60.0.2, 10.60.0.3], domain-name: lab.example, broadcast-address: 10.60.0.255 }
  tftp: { on: lan, ip: 10.60.0.2, folder: ./root }
  dns: { on: lan, ip: 10.60.0.2, zones: { lab.example: { file: ./lab.zone } } }
`;

const MAC = '02:00:00:00:00:09';
const SIZES = [0, 1, 512, 1467, 1468, 1468 * 4, 512 * 20, 12 * 1024, 2 * 1024 * 1024];

let lab: Lab;
let peer: string;

/** Octets of which no two blocks are alike. */
function octets(size: number): Buffer {
  const filled = Buffer.alloc(size);
  for (let at = 0; at < size; at++) filled[at] = Math.imul(at, 2_654_435_761) >>> 24;
  return filled;
}

beforeAll(async () => {
  need('ip');
  built();
  peer = compiled('test/support/package-peer.ts');
  lab = new Lab();
  lab.namespace('srv');
  lab.namespace('cli');
  lab.cable(
    { in: 'srv', as: 'lan0', address: '10.60.0.2/24' },
    { in: 'cli', as: 'eth0', address: '10.60.0.9/24' },
  );
  // The package `dhcp` sends to 255.255.255.255 from a socket that names no interface.
  lab.run('cli', 'ip', 'route', 'add', 'default', 'dev', 'eth0');
  lab.file('lab.zone', ZONE);
  mkdirSync(join(lab.folder, 'root'));
  for (const size of SIZES) writeFileSync(join(lab.folder, 'root', `f${size}`), octets(size));
  const file = lab.file('lab.yaml', LAB);
  await serve(lab, 'srv', file, '--interface', 'lan0', '--state', join(lab.folder, 'state'));
});
afterAll(() => lab?.remove());

function made(job: Job): unknown {
  return JSON.parse(lab.run('cli', process.execPath, peer, JSON.stringify(job)));
}

function fetched(size: number): { octets: number; sha256: string } {
  return { octets: size, sha256: createHash('sha256').update(octets(size)).digest('hex') };
}

describe('the package dhcp', () => {
  test('its client reads our OFFER and our ACK, and is bound with our options', () => {
    const { heard, state } = made({ do: 'dhcp', mac: MAC }) as { heard: unknown[]; state: unknown };
    const options = {
      1: '255.255.255.0',
      3: ['10.60.0.1'],
      6: ['10.60.0.2', '10.60.0.3'],
      15: 'lab.example',
      28: '10.60.0.255',
      51: 3600,
      54: '10.60.0.2',
      58: 1800,
      59: 3150,
    };
    const message = {
      op: 2,
      yiaddr: '10.60.0.100',
      siaddr: '10.60.0.2',
      file: 'gold.cfg',
      chaddr: MAC.toUpperCase().replaceAll(':', '-'),
      magicCookie: 0x63825363,
    };
    // Its first REQUEST names no address and no server, which no client of RFC 2131 §4.3.6 sends, and we are silent;
    // when it begins again it remembers the address and asks for it.
    expect(heard).toMatchObject([
      { ...message, xid: 1, options: { ...options, 53: 2 } },
      { ...message, xid: 2, options: { ...options, 53: 2 } },
      { ...message, xid: 2, options: { ...options, 53: 5 } },
    ]);
    expect(state).toMatchObject({
      state: 'BOUND',
      address: '10.60.0.100',
      server: '10.60.0.2',
      leasePeriod: 3600,
      renewPeriod: 1800,
      rebindPeriod: 3150,
      options: {
        netmask: '255.255.255.0',
        router: ['10.60.0.1'],
        dns: ['10.60.0.2', '10.60.0.3'],
        domainName: 'lab.example',
        broadcast: '10.60.0.255',
      },
    });
  });

  test('the lease is in the list of the server', () => {
    made({ do: 'dhcp', mac: MAC });
    const listed = lab.run(
      'srv',
      process.execPath,
      MAIN,
      'leases',
      '--state',
      join(lab.folder, 'state'),
      '--json',
    );
    expect(JSON.parse(listed)).toMatchObject({
      leases: [{ address: '10.60.0.100', state: 'bound', mac: MAC }],
    });
  });
});

describe('the package tftp', () => {
  test.each(SIZES)('its client fetches %i octets in blocks of 1468, four a window', (size) => {
    expect(made({ do: 'tftp', host: '10.60.0.2', file: `f${size}` })).toEqual({
      ...fetched(size),
      blockSize: 1468,
      windowSize: 4,
    });
  });

  test.each([
    { blockSize: 512, windowSize: 1 },
    { blockSize: 8, windowSize: 64 },
    { blockSize: 1000, windowSize: 3 },
  ])('its client fetches 12 KiB with $blockSize and $windowSize', (sizes) => {
    const file = `f${12 * 1024}`;
    expect(made({ do: 'tftp', host: '10.60.0.2', file, ...sizes })).toEqual({
      ...fetched(12 * 1024),
      ...sizes,
    });
  });

  test('our client fetches from its server: every size, in blocks and windows, one block by one', async () => {
    const root = join(lab.folder, 'root');
    const job: Job = { do: 'tftp-server', host: '10.60.0.9', root };
    await lab.start('cli', /serving/, process.execPath, peer, JSON.stringify(job));
    const file = join(lab.folder, 'fetched');
    for (const size of SIZES)
      for (const options of [[], ['--blksize', '1468', '--windowsize', '4']]) {
        const words = [MAIN, 'probe', 'tftp', '10.60.0.9', `f${size}`, '-o', file, ...options];
        expect(lab.attempt('srv', process.execPath, ...words)).toMatchObject({ code: 0 });
        expect(readFileSync(file).equals(octets(size))).toBe(true);
      }
  });

  test('its client is told that a file is not there', () => {
    expect(made({ do: 'tftp', host: '10.60.0.2', file: 'nothing' })).toEqual({
      trouble: expect.stringContaining('(Server) '),
    });
  });
});

describe.each(['udp', 'tcp'] as const)('dns-packet by %s', (transport) => {
  const ask = (name: string, type: string) =>
    made({
      do: 'dns',
      host: '10.60.0.2',
      transport,
      name: name === '@' ? 'lab.example' : `${name}.lab.example`,
      type,
    });

  test.each(ANSWERS)('$ask', ({ ask: question, as, answer }) => {
    const [name = '', type = ''] = question.split(' ');
    const read = ask(name, as ?? type);
    expect(read).toMatchObject({
      type: 'response',
      id: 4711,
      rcode: 'NOERROR',
      flag_aa: true,
      flag_tc: false,
      questions: [{ type: as ?? type, class: 'IN' }],
      answers: [{ type: as ?? type, class: 'IN', ttl: 300, data: answer }],
    });
  });

  test('a name that is not there, a referral with glue', () => {
    expect(ask('nothing', 'A')).toMatchObject({
      rcode: 'NXDOMAIN',
      answers: [],
      authorities: [{ type: 'SOA', ttl: 60 }],
    });
    expect(ask('deep.sub', 'A')).toMatchObject({
      rcode: 'NOERROR',
      flag_aa: false,
      answers: [],
      authorities: [{ type: 'NS', data: 'ns.sub.lab.example' }],
      additionals: [
        { type: 'A', data: '192.0.2.53' },
        { type: 'OPT', udpPayloadSize: 1232 },
      ],
    });
  });
});

test('dns-packet reads an answer that was cut by UDP, and all of it by TCP', () => {
  const job = { do: 'dns', host: '10.60.0.2', name: 'big.lab.example', type: 'TXT' } as const;
  expect(made({ ...job, transport: 'udp' })).toMatchObject({ flag_tc: true, rcode: 'NOERROR' });
  const whole = made({ ...job, transport: 'tcp' }) as { flag_tc: boolean; answers: unknown[] };
  expect(whole.flag_tc).toBe(false);
  expect(whole.answers).toHaveLength(60);
});
