import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writer } from '../../src/core/bytes.ts';
import type { FrameEvent } from '../../src/core/driver.ts';
import { bug } from '../../src/core/errors.ts';
import { latin1Octets } from '../../src/core/text.ts';
import { MessageType } from '../../src/codec/dhcp/codes.ts';
import { encodeMessage } from '../../src/codec/dns/message.ts';
import { encodePacket, type TftpPacket } from '../../src/codec/tftp/packet.ts';
import { loadScenario, prepareVirtual } from '../../src/api/scenario.ts';
import { clientMessage, ip, ipOption, option, textOption } from '../support/dhcp-builders.ts';
import { query } from '../support/dns-client.ts';
import { madeZoneWork } from './zone-work.ts';
import { hex } from '../support/hex.ts';

const PROTOCOLS = ['dhcp', 'tftp', 'tod', 'dns', 'zones', 'mac'] as const;
export type Protocol = (typeof PROTOCOLS)[number];
export type Corpus = Readonly<Record<Protocol, readonly Uint8Array[]>>;

/** Of one protocol: more alike ones add nothing. */
const MESSAGES_MAX = 1_000;

const PORTS: Readonly<Record<number, Protocol>> = { 67: 'dhcp', 68: 'dhcp', 53: 'dns', 37: 'tod' };

/** Real messages: what crosses the wires in the shipped scenarios, the fixtures, and what our own encoders make. */
export async function gatherCorpus(root: string): Promise<Corpus> {
  const found: Record<Protocol, Map<string, Uint8Array>> = {
    dhcp: new Map(),
    tftp: new Map(),
    tod: new Map(),
    dns: new Map(),
    zones: new Map(),
    mac: new Map(),
  };
  const keep = (protocol: Protocol, octets: Uint8Array): void => {
    const key = Buffer.from(octets).toString('latin1');
    if (found[protocol].size < MESSAGES_MAX && !found[protocol].has(key))
      found[protocol].set(key, octets.slice());
  };
  for (const octets of madeDhcp()) keep('dhcp', octets);
  for (const octets of madeDns()) keep('dns', octets);
  for (const octets of madeZoneWork()) keep('zones', octets);
  for (const octets of madeTftp()) keep('tftp', octets);
  keep('tod', new Uint8Array(0));
  readFixtures(join(root, 'fixtures/packets'), keep);
  const folder = join(root, 'scenarios');
  for (const name of readdirSync(folder)) {
    // The storm is the flagship 5,000 times.
    if (!name.endsWith('.yaml') || name.startsWith('boot-storm')) continue;
    const frame = ({ body }: FrameEvent): void => {
      if (body.kind === 'mac-message') keep('mac', body.octets);
      if (body.kind !== 'udp') return;
      keep(PORTS[body.to.port] ?? PORTS[body.from.port] ?? 'tftp', body.octets);
    };
    await prepareVirtual(loadScenario(join(folder, name))).execute([{ frame }]);
  }
  const list = (protocol: Protocol): readonly Uint8Array[] => [...found[protocol].values()];
  return {
    dhcp: list('dhcp'),
    tftp: list('tftp'),
    tod: list('tod'),
    dns: list('dns'),
    zones: list('zones'),
    mac: list('mac'),
  };
}

/** `NAME.hex`: hex, then `#` and the field; the name begins with the protocol. */
function readFixtures(folder: string, keep: (protocol: Protocol, octets: Uint8Array) => void): void {
  for (const name of readdirSync(folder)) {
    const protocol = PROTOCOLS.find((each) => name.startsWith(`${each}-`));
    if (protocol === undefined) throw new Error(`fixtures/packets/${name}: of which protocol?`);
    keep(protocol, hex(readFileSync(join(folder, name), 'utf8').replace(/#.*/g, '')));
  }
}

function madeDhcp(): readonly Uint8Array[] {
  const giaddr = ip('10.9.0.1');
  const address = ip('10.9.16.1');
  const options = [
    option(55, 1, 3, 6, 12, 15, 42, 66, 67, 122, 125, 150),
    textOption(60, 'docsis3.0:010102'),
    textOption(12, 'modem'),
    option(61, 1, 0, 0x10, 0x18, 0, 0, 1),
    option(57, 5, 220),
    option(82, 1, 4, 0, 0, 0, 1, 2, 6, 0, 0x10, 0x18, 0, 0, 1, 5, 4, 10, 9, 0, 0),
    option(43, 2, 3, 0x45, 0x43, 0x4d, 3, 1, 0x31),
  ];
  const types = Object.keys(MessageType) as (keyof typeof MessageType)[];
  return [
    clientMessage('bootp', { giaddr }),
    ...types.flatMap((type) => [
      clientMessage(type, { options }),
      clientMessage(type, { giaddr, options }),
      clientMessage(type, { giaddr, ciaddr: address, options }),
      clientMessage(type, { giaddr, options: [ipOption(50, '10.9.16.1'), ...options] }),
      clientMessage(type, {
        giaddr,
        options: [ipOption(50, '10.9.16.1'), ipOption(54, '10.0.0.67'), ...options],
      }),
    ]),
  ];
}

const QNAMES = [
  '.',
  'lab.example',
  'www.lab.example',
  'chain1.lab.example',
  'loop1.lab.example',
  'away.lab.example',
  'dangling.lab.example',
  'many.lab.example',
  'big.lab.example',
  'deep.lab.example',
  'x.wild.lab.example',
  'host.wild.lab.example',
  'x.aliases.lab.example',
  'sub.lab.example',
  'www.sub.lab.example',
  'x.lame.lab.example',
  'host.old.lab.example',
  'owner.lab.example',
  'www.diff.example',
  'x.y.diff.example',
  'a.b.old.diff.example',
  'x.long.diff.example',
  'host.sub.diff.example',
  'x.w.example',
  'a.z.w.example',
  'ml.example',
  'mc.b.example',
  'x.c.example',
];
const QTYPES = [
  'A',
  'AAAA',
  'NS',
  'SOA',
  'MX',
  'TXT',
  'SRV',
  'CNAME',
  'DS',
  'ANY',
  'AXFR',
  'OPT',
  'TSIG',
  'TYPE4711',
];

function madeDns(): readonly Uint8Array[] {
  const edns = { payloadOctets: 4096, version: 0, flags: 0x8000, options: [] };
  const asked = QNAMES.flatMap((qname) =>
    QTYPES.flatMap((qtype) => [
      encodeMessage(query(qname, qtype)),
      encodeMessage(query(qname, qtype, { edns })),
      encodeMessage(query(qname, qtype, { edns: { ...edns, options: EDNS_OPTIONS } })),
    ]),
  );
  // IQUERY, STATUS, NOTIFY, UPDATE, stateful operations, one that is none: RFC 1035 §4.1.1 and later.
  const others = [1, 2, 4, 5, 6, 15].map((opcode) =>
    encodeMessage(query('lab.example', 'SOA', { opcode, edns })),
  );
  return [...asked, ...others];
}

/** NSID, a client's cookie, a client's network, expire, tcp-keepalive, padding, and one that nobody knows. */
const EDNS_OPTIONS = [
  { code: 3, octets: new Uint8Array(0) },
  { code: 10, octets: Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]) },
  { code: 8, octets: Uint8Array.from([0, 1, 24, 0, 198, 51, 100]) },
  { code: 9, octets: new Uint8Array(0) },
  { code: 11, octets: new Uint8Array(0) },
  { code: 12, octets: new Uint8Array(20) },
  { code: 65_001, octets: new Uint8Array(3) },
];

const NAMES = [
  'gold.cfg',
  'small.txt',
  'blocks.txt',
  '/gold.cfg',
  'GOLD.CFG',
  '../gold.cfg',
  '..%2fgold.cfg',
  'a\u001b[31m\u0000b',
];
const OPTIONS: readonly (readonly [string, string])[] = [
  ['blksize', '1468'],
  ['tsize', '0'],
  ['timeout', '3'],
  ['windowsize', '4'],
];

function latin(text: string): Uint8Array {
  return latin1Octets(text) ?? bug(`${text} is not Latin-1`);
}

function madeTftp(): readonly Uint8Array[] {
  const options = OPTIONS.map(([name, value]) => ({ name: latin(name), value: latin(value) }));
  const requests = NAMES.flatMap((text): TftpPacket[] => {
    const name = latin(text);
    return [
      { kind: 'rrq', name, mode: 'octet', options: [] },
      { kind: 'rrq', name, mode: 'netascii', options },
      { kind: 'rrq', name, mode: 'octet', options },
      { kind: 'wrq', name, mode: 'octet', options: [] },
    ];
  });
  const others: TftpPacket[] = [
    { kind: 'ack', block: 0 },
    { kind: 'ack', block: 1 },
    { kind: 'ack', block: 65_535 },
    { kind: 'data', block: 1, octets: new Uint8Array(512) },
    { kind: 'error', code: 1, text: latin('file not found') },
    { kind: 'oack', options },
  ];
  return [...requests, ...others].map((packet) => {
    const writer = new Writer(new Uint8Array(1_024));
    encodePacket(writer, packet);
    return writer.octets.slice(0, writer.offset);
  });
}
