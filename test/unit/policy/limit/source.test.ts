import { expect, test } from 'vitest';
import { parseIpv4, type Ip } from '../../../../src/core/address.ts';
import { sourceReader } from '../../../../src/policy/limit/source.ts';

const RELAY = parseIpv4('10.0.0.2')!;
const OTHER = parseIpv4('10.0.0.3')!;

/** As much of RFC 2131 §2, figure 1, as a source is read from. */
function request(fields: {
  readonly client?: number;
  readonly giaddr?: string;
  readonly op?: number;
}): Uint8Array {
  const octets = new Uint8Array(240);
  octets.set([fields.op ?? 1, 1, 6]);
  const giaddr = parseIpv4(fields.giaddr ?? '0.0.0.0')!;
  octets.set([giaddr >>> 24, giaddr >>> 16, giaddr >>> 8, giaddr], 24);
  octets.set([0, 0x10, 0x18, 0, 0, fields.client ?? 0], 28);
  octets.set([0x63, 0x82, 0x53, 0x63], 236);
  return octets;
}

interface One {
  readonly octets: Uint8Array;
  readonly from: Ip;
}

test.each<{ name: string; kind: 'source' | 'relay' | 'all'; service: string; a: One; b: One; same: boolean }>(
  [
    {
      name: 'two clients behind one relay are two sources',
      kind: 'source',
      service: 'dhcp',
      a: { octets: request({ client: 1 }), from: RELAY },
      b: { octets: request({ client: 2 }), from: RELAY },
      same: false,
    },
    {
      name: 'one client through two relays is one source',
      kind: 'source',
      service: 'dhcp',
      a: { octets: request({ client: 1 }), from: RELAY },
      b: { octets: request({ client: 1 }), from: OTHER },
      same: true,
    },
    {
      name: 'and one relay',
      kind: 'relay',
      service: 'dhcp',
      a: { octets: request({ client: 1, giaddr: '10.9.0.1' }), from: RELAY },
      b: { octets: request({ client: 2, giaddr: '10.9.0.1' }), from: OTHER },
      same: true,
    },
    {
      name: 'without a relay the sender is its own',
      kind: 'relay',
      service: 'dhcp',
      a: { octets: request({ client: 1 }), from: RELAY },
      b: { octets: request({ client: 1 }), from: OTHER },
      same: false,
    },
    {
      name: 'octets that are no request count by address, and for no client that has the same number',
      kind: 'source',
      service: 'dhcp',
      a: { octets: new Uint8Array(3), from: RELAY },
      b: { octets: request({ client: 1, op: 2 }), from: RELAY },
      same: true,
    },
    {
      name: 'other services count by address',
      kind: 'source',
      service: 'dns',
      a: { octets: request({ client: 1 }), from: RELAY },
      b: { octets: request({ client: 2 }), from: RELAY },
      same: true,
    },
    {
      name: 'all are one',
      kind: 'all',
      service: 'tftp',
      a: { octets: request({ client: 1 }), from: RELAY },
      b: { octets: request({ client: 2 }), from: OTHER },
      same: true,
    },
  ],
)('$name', ({ kind, service, a, b, same }) => {
  const read = sourceReader(kind, service);
  expect(read(a.octets, a.from) === read(b.octets, b.from)).toBe(same);
});
