import { expect, test } from 'vitest';
import { type DnsMessage, decodeMessage, encodeMessage } from '../../../src/codec/dns/message.ts';
import { frameMessage } from '../../../src/codec/dns/frame.ts';
import { Flag } from '../../../src/codec/dns/header.ts';
import { formatRecord } from '../../../src/codec/dns/record.ts';
import { rcodeName } from '../../../src/codec/dns/registry.ts';
import { toInstant } from '../../../src/core/time.ts';
import { ask, CLIENT, query, SERVER } from '../../support/dns-client.ts';
import { labServer } from '../../support/dns-zones.ts';
import { RecordingEffects } from '../../support/recording-effects.ts';

const SOA = [
  'lab.example. 3600 IN SOA ns1.lab.example. hostmaster.lab.example. 2026010101 7200 900 1209600 300',
];
const edns = (change: object = {}) => ({ payloadOctets: 4096, version: 0, flags: 0, options: [], ...change });
const soa = (change: Partial<DnsMessage> = {}) => query('lab.example', 'SOA', change);
const header = (opcode: number) => query('lab.example', 'SOA', { opcode, questions: [] });
const option = (code: number, ...octets: number[]) => ({ code, octets: Uint8Array.from(octets) });
const UNKNOWN = [option(100)];
const DEFINED = [option(3), option(10, 1, 2, 3, 4, 5, 6, 7, 8), option(8, 0, 1, 0, 0), option(9)];

/** What RFC 8906 §8 expects of each test: rcode, AA, RD, answer; OPT with version 0 and what is echoed in it, or none. */
interface Expectation {
  readonly rcode?: string;
  readonly aa?: boolean;
  readonly rd?: boolean;
  readonly answer?: readonly string[];
  readonly tc?: boolean;
}

interface Case extends Expectation {
  readonly name: string;
  readonly query: DnsMessage;
}

const basic: readonly Case[] = [
  { name: '8.1.1 configured for the zone', query: soa() },
  { name: '8.1.2 unknown type', query: query('lab.example', 'TYPE1000'), answer: [] },
  { name: '8.1.3.1 CD=1', query: soa({ flags: Flag.CD }) },
  { name: '8.1.3.2 AD=1', query: soa({ flags: Flag.AD }) },
  { name: '8.1.3.3 reserved bit', query: soa({ flags: Flag.Z }) },
  { name: '8.1.3.4 RD=1', query: soa({ flags: Flag.RD }), rd: true },
  { name: '8.1.4 opcode 15, header alone', query: header(15), rcode: 'NOTIMP', aa: false, answer: [] },
  { name: 'TC=1 in a query is passed over', query: soa({ flags: Flag.TC }) },
  ...[1, 2, 3, 4, 5, 6, 14].map((opcode) => ({
    name: `opcode ${opcode}, header alone`,
    query: header(opcode),
    rcode: 'NOTIMP',
    aa: false,
    answer: [],
  })),
];

const extended: readonly Case[] = [
  { name: '8.2.1 minimal EDNS', query: soa({ edns: edns() }) },
  {
    name: '8.2.2 version 1',
    query: soa({ edns: edns({ version: 1 }) }),
    rcode: 'BADVERS',
    aa: false,
    answer: [],
  },
  { name: '8.2.3 unknown option', query: soa({ edns: edns({ options: UNKNOWN }) }) },
  { name: '8.2.4 unknown flag', query: soa({ edns: edns({ flags: 0x40 }) }) },
  {
    name: '8.2.5 version 1, unknown flag',
    query: soa({ edns: edns({ version: 1, flags: 0x40 }) }),
    rcode: 'BADVERS',
    aa: false,
    answer: [],
  },
  {
    name: '8.2.6 version 1, unknown option',
    query: soa({ edns: edns({ version: 1, options: UNKNOWN }) }),
    rcode: 'BADVERS',
    aa: false,
    answer: [],
  },
  {
    name: '8.2.7 truncated',
    query: query('big.lab.example', 'TXT', { edns: edns({ payloadOctets: 512 }) }),
    tc: true,
    answer: [],
  },
  { name: '8.2.8 DO=1', query: soa({ edns: edns({ flags: 0x8000 }) }) },
  {
    name: '8.2.9 version 1, DO=1',
    query: soa({ edns: edns({ version: 1, flags: 0x8000 }) }),
    rcode: 'BADVERS',
    aa: false,
    answer: [],
  },
  { name: '8.2.10 options that are defined', query: soa({ edns: edns({ options: DEFINED }) }) },
];

function overTcp(message: DnsMessage): DnsMessage | undefined {
  const effects = new RecordingEffects();
  const service = labServer();
  const stream = 7;
  service.handle(
    { kind: 'stream', event: 'opened', stream, local: SERVER, peer: CLIENT },
    toInstant(0),
    effects,
  );
  const octets = frameMessage(encodeMessage(message));
  service.handle({ kind: 'stream', event: 'octets', stream, octets }, toInstant(0), effects);
  const [written] = effects.of('write');
  return written && decodeMessage(written.octets.subarray(2));
}

function seen(reply: DnsMessage | undefined) {
  const flags = reply?.flags ?? 0;
  return {
    rcode: rcodeName(reply?.rcode ?? -1),
    opcode: reply?.opcode,
    flags: ['QR', 'AA', 'TC', 'RD', 'RA', 'Z', 'AD', 'CD'].filter(
      (name) => flags & Flag[name as keyof typeof Flag],
    ),
    answer: reply?.answers.map(formatRecord),
    edns: reply?.edns,
  };
}

function expected(one: Case, transport: 'udp' | 'tcp', opt: object | undefined) {
  const { rcode = 'NOERROR', aa = true, rd = false, tc = false, answer = SOA } = one;
  const isCut = tc && transport === 'udp';
  return {
    rcode,
    opcode: one.query.opcode,
    flags: ['QR', ...(aa ? ['AA'] : []), ...(isCut ? ['TC'] : []), ...(rd ? ['RD'] : [])],
    answer: tc && !isCut ? [expect.stringMatching(/^big\.lab/)] : answer,
    edns: opt,
  };
}

/** DO as it was asked, since the server can prove: §8.2.8 and §8.2.9. The client's subnet comes back: RFC 7871 §7.2.1. */
const opt = ({ query: { edns: asked } }: Case) => ({
  payloadOctets: 1232,
  version: 0,
  flags: (asked?.flags ?? 0) & 0x8000,
  options: asked?.options.filter(({ code }) => code === 8),
});

// 16 questions of RFC 8906 §8, and more opcodes, each over UDP and over TCP (§8.1.5).
test.each(basic)('UDP, no EDNS: $name', (one) => {
  expect(seen(ask(labServer(), one.query))).toEqual(expected(one, 'udp', undefined));
});
test.each(basic)('TCP, no EDNS: $name', (one) => {
  expect(seen(overTcp(one.query))).toEqual(expected(one, 'tcp', undefined));
});
test.each(extended)('UDP, EDNS: $name', (one) => {
  expect(seen(ask(labServer(), one.query))).toEqual(expected(one, 'udp', opt(one)));
});
test.each(extended)('TCP, EDNS: $name', (one) => {
  expect(seen(overTcp(one.query))).toEqual(expected(one, 'tcp', opt(one)));
});
