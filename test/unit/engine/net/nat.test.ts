import { describe, expect, test } from 'vitest';
import { decodeIcmp } from '../../../../src/codec/frame/icmp.ts';
import { decodeIpv4 } from '../../../../src/codec/frame/ipv4.ts';
import { TcpFlag } from '../../../../src/codec/frame/tcp.ts';
import { decodeUdp } from '../../../../src/codec/frame/udp.ts';
import { encodeUnreachable } from '../../../../src/codec/frame/unreachable.ts';
import { formatIp } from '../../../../src/core/address.ts';
import type { NatOptions } from '../../../../src/engine/net/nat.ts';
import { Writer } from '../../../../src/core/bytes.ts';
import { encodeIcmp } from '../../../../src/codec/frame/icmp.ts';
import { end, ip, list, NAT, RouterBench } from '../../../support/router-bench.ts';

const { ack: ACK, syn: SYN } = TcpFlag;
const PC = '10.8.0.10:5000';
const DNS = '192.0.2.53:53';
const OUTER = '198.51.100.1';

const nat = (more: Partial<NatOptions> = {}): RouterBench => new RouterBench({ nat: { ...NAT, ...more } });

describe('mappings', () => {
  test('the inner port is kept outside where it is free, and the answer finds its way back', () => {
    const made = nat();
    expect(made.out(PC, DNS)).toMatchObject({ onward: `${OUTER}:5000 > ${DNS}`, rules: ['NAT-001'] });
    expect(made.in(DNS, `${OUTER}:5000`)).toMatchObject({ onward: `${DNS} > ${PC}`, rules: ['NAT-003'] });
  });

  test('the mapping does not depend on the destination: RFC 4787 REQ-1', () => {
    const made = nat();
    made.out(PC, DNS);
    expect(made.out(PC, '192.0.2.54:53')).toMatchObject({
      onward: `${OUTER}:5000 > 192.0.2.54:53`,
      rules: ['NAT-002'],
    });
  });

  test('two hosts with one inner port get two outer ones, of the same parity: REQ-3, REQ-4', () => {
    const made = nat({ ports: { first: 4000, last: 5000 } });
    expect(made.out('10.8.0.10:5000', DNS).onward).toBe(`${OUTER}:5000 > ${DNS}`);
    expect(made.out('10.8.0.11:5000', DNS).onward).toBe(`${OUTER}:4000 > ${DNS}`);
    expect(made.out('10.8.0.11:4001', DNS).onward).toBe(`${OUTER}:4001 > ${DNS}`);
    expect(made.out('10.8.0.12:4001', DNS).onward).toBe(`${OUTER}:4003 > ${DNS}`);
  });

  test('a well-known port stays below 1024: REQ-3a', () => {
    const made = nat({ ports: { first: 900, last: 2000 } });
    made.out('10.8.0.10:923', DNS);
    expect(made.out('10.8.0.11:923', DNS).onward).toBe(`${OUTER}:901 > ${DNS}`);
  });

  test('UDP and TCP have tables of their own: RFC 7857 §5', () => {
    const made = nat();
    made.out('10.8.0.10:5000', DNS);
    expect(made.out('10.8.0.11:5000', DNS, { protocol: 'tcp', flags: SYN }).onward).toBe(
      `${OUTER}:5000 > ${DNS}`,
    );
  });

  test('a host keeps its outer address: REQ-2', () => {
    const pool = ['198.51.100.1', '198.51.100.7'].map((text) => ip(text)) as unknown as NatOptions['pool'];
    const made = nat({ pool });
    expect(made.out('10.8.0.10:1', DNS).onward).toContain('198.51.100.1:');
    expect(made.out('10.8.0.11:1', DNS).onward).toContain('198.51.100.7:');
    expect(made.out('10.8.0.10:2', DNS).onward).toContain('198.51.100.1:');
  });

  test('with no port left the packet is dropped and says so; a silent one makes room', () => {
    const made = nat({ ports: { first: 40_000, last: 40_001 } });
    made.out('10.8.0.10:1', DNS);
    made.out('10.8.0.11:1', DNS);
    expect(made.out('10.8.0.12:1', DNS)).toMatchObject({ onward: undefined, rules: ['NAT-006'] });
    expect(made.tables()).toMatchObject({ ports_used: 2 });
    expect(made.pass(300)).toEqual(['FW-012', 'FW-012']);
    expect(made.tables()).toMatchObject({ ports_used: 0, mappings: [] });
    expect(made.out('10.8.0.12:1', DNS).rules).toEqual(['NAT-001']);
  });

  test('a mapping lives as long as any of its sessions', () => {
    const made = nat();
    made.out(PC, DNS);
    made.pass(200);
    made.out(PC, '192.0.2.54:53');
    expect(made.pass(150)).toEqual(['FW-012']);
    expect(made.in('192.0.2.54:53', `${OUTER}:5000`).onward).toBe(`192.0.2.54:53 > ${PC}`);
  });

  test('what goes from one inner segment to the other is not translated', () => {
    expect(nat().out(PC, '10.8.0.20:53')).toMatchObject({ onward: `${PC} > 10.8.0.20:53`, rules: [] });
  });

  test('a list sees the addresses of its own wire', () => {
    const made = new RouterBench({
      nat: NAT,
      in: list('in', `permit udp 10.8.0.10 any`),
      out: list('out', `permit udp ${OUTER} any`),
      answers: list('answers', `permit udp any ${OUTER}`),
    });
    expect(made.out(PC, DNS).rules).toEqual(['FW-001', 'FW-001', 'NAT-001']);
    expect(made.in(DNS, `${OUTER}:5000`).rules).toEqual(['FW-001', 'NAT-003']);
  });
});

describe('filters', () => {
  test.each([
    { filter: 'endpoint-independent', host: true, port: true },
    { filter: 'address', host: false, port: true },
    { filter: 'address-and-port', host: false, port: false },
  ] as const)(
    '$filter: another host $host, another port of who was asked $port',
    ({ filter, host, port }) => {
      const made = nat({ filter });
      made.out(PC, DNS);
      expect(made.in('192.0.2.53:1053', `${OUTER}:5000`).onward !== undefined).toBe(port);
      const stranger = made.in('192.0.2.99:9', `${OUTER}:5000`);
      expect(stranger.onward !== undefined).toBe(host);
      if (!host) expect(stranger.rules).toEqual(['NAT-005']);
    },
  );

  test('what the filter keeps out does not keep the mapping: RFC 7857 §7', () => {
    const made = nat();
    made.out(PC, DNS);
    made.pass(299);
    made.in('192.0.2.99:9', `${OUTER}:5000`);
    expect(made.pass(1)).toEqual(['FW-012']);
  });

  test('an outer port that nobody has leads nowhere', () => {
    expect(nat().in(DNS, `${OUTER}:5000`)).toMatchObject({ onward: undefined, rules: ['NAT-004'] });
  });
});

describe('forwarded ports and hairpins', () => {
  const forwards: NatOptions['forwards'] = [
    { protocol: 'tcp', outer: end(`${OUTER}:8080`), inner: end('10.8.0.80:80') },
  ];

  test('a forwarded port leads inside, and its answers leave from it', () => {
    const made = nat({ forwards });
    expect(made.in('192.0.2.9:999', `${OUTER}:8080`, { protocol: 'tcp', flags: SYN })).toMatchObject({
      onward: '192.0.2.9:999 > 10.8.0.80:80',
      rules: ['NAT-009'],
    });
    const answer = made.out('10.8.0.80:80', '192.0.2.9:999', { protocol: 'tcp', flags: SYN | ACK });
    expect(answer.onward).toBe(`${OUTER}:8080 > 192.0.2.9:999`);
    made.pass(10_000);
    expect(made.in('192.0.2.9:999', `${OUTER}:8080`, { protocol: 'tcp', flags: SYN }).rules).toEqual([
      'NAT-009',
    ]);
  });

  test('it is of its protocol alone', () => {
    expect(nat({ forwards }).in('192.0.2.9:999', `${OUTER}:8080`).rules).toEqual(['NAT-004']);
  });

  test('an inner host reaches it by the outer address, and is seen by its own: RFC 4787 REQ-9', () => {
    const made = nat({ forwards });
    const asked = made.out('10.8.0.10:5000', `${OUTER}:8080`, { protocol: 'tcp', flags: SYN });
    expect(asked).toMatchObject({ onward: `${OUTER}:5000 > 10.8.0.80:80`, rules: ['NAT-007'] });
    const answered = made.out('10.8.0.80:80', `${OUTER}:5000`, { protocol: 'tcp', flags: SYN | ACK });
    expect(answered.onward).toBe(`${OUTER}:8080 > 10.8.0.10:5000`);
  });

  test('with hairpins off it does not', () => {
    const made = nat({ forwards, hairpin: false });
    expect(made.out('10.8.0.10:5000', `${OUTER}:8080`, { protocol: 'tcp', flags: SYN }).rules).toEqual([
      'NAT-008',
    ]);
  });
});

describe('ICMP', () => {
  test('an error comes back to who sent the packet, with the packet as it was sent', () => {
    const made = nat();
    made.out(PC, DNS);
    const failed = {
      from: end(`${OUTER}:5000`),
      to: end(DNS),
      ttl: 60,
      identification: 7,
      octets: Uint8Array.of(1, 2, 3),
    };
    const octets = encodeUnreachable(failed, 'port', ip('192.0.2.53'));
    const result = made.in('192.0.2.53', OUTER, { protocol: 'icmp', octets });
    expect(result).toMatchObject({ onward: '192.0.2.53 > 10.8.0.10', rules: ['FW-008', 'NAT-010'] });
    const message = decodeIcmp(result.octets);
    expect(message).toMatchObject({ type: 3, code: 3, checksumIsRight: true });
    const quoted = message.body.slice();
    // The quotation is shorter than its length says.
    quoted[3] = quoted.length;
    quoted[2] = 0;
    const packet = decodeIpv4(quoted);
    expect([formatIp(packet.source), formatIp(packet.destination)]).toEqual(['10.8.0.10', '192.0.2.53']);
    // Exactly what the error would quote had there been no NAT, checksums included.
    const plain = encodeUnreachable({ ...failed, from: end(PC) }, 'port', ip('192.0.2.53'));
    expect([...result.octets]).toEqual([...plain]);
  });

  test('an error from inside shows the outer address', () => {
    const made = nat({ filter: 'endpoint-independent' });
    made.out(PC, DNS);
    made.in('192.0.2.99:9', `${OUTER}:5000`);
    const failed = {
      from: end('192.0.2.99:9'),
      to: end(PC),
      ttl: 60,
      identification: 7,
      octets: new Uint8Array(4),
    };
    const octets = encodeUnreachable(failed, 'port', ip('10.8.0.10'));
    const result = made.out('10.8.0.10', '192.0.2.99', { protocol: 'icmp', octets });
    expect(result.onward).toBe(`${OUTER} > 192.0.2.99`);
    const plain = encodeUnreachable({ ...failed, to: end(`${OUTER}:5000`) }, 'port', ip(OUTER));
    expect([...result.octets]).toEqual([...plain]);
  });

  test('an error about nothing that was sent is dropped', () => {
    const failed = {
      from: end(`${OUTER}:5000`),
      to: end(DNS),
      ttl: 60,
      identification: 7,
      octets: new Uint8Array(4),
    };
    const octets = encodeUnreachable(failed, 'port', ip('192.0.2.53'));
    expect(nat().in('192.0.2.53', OUTER, { protocol: 'icmp', octets }).rules).toEqual(['FW-009']);
  });

  test('two hosts that ask with one identifier get two: RFC 5508 §3.1', () => {
    const made = nat();
    const ask = (from: string) => made.out(from, '192.0.2.1', { protocol: 'icmp', octets: echo(8, 4000) });
    const [first, second] = [ask('10.8.0.10'), ask('10.8.0.11')];
    expect(first.onward).toBe(`${OUTER} > 192.0.2.1`);
    const identifiers = [first, second].map(({ octets }) => decodeIcmp(octets));
    expect(identifiers.map(({ rest }) => rest >>> 16)).toEqual([4000, 1024]);
    expect(identifiers.every(({ checksumIsRight }) => checksumIsRight)).toBe(true);
    const answer = made.in('192.0.2.1', OUTER, { protocol: 'icmp', octets: echo(0, 1024) });
    expect(answer.onward).toBe('192.0.2.1 > 10.8.0.11');
    expect(decodeIcmp(answer.octets)).toMatchObject({ rest: 4000 * 0x10000 + 1, checksumIsRight: true });
  });
});

function echo(type: number, identifier: number): Uint8Array {
  const writer = new Writer(new Uint8Array(12));
  encodeIcmp(writer, { type, code: 0, rest: identifier * 0x10000 + 1 }, Uint8Array.of(1, 2, 3, 4));
  return writer.octets;
}

test('UDP in a quotation keeps a checksum that is right', () => {
  const made = nat();
  made.out(PC, DNS);
  const payload = Uint8Array.of(9, 8, 7, 6, 5);
  const failed = { from: end(`${OUTER}:5000`), to: end(DNS), ttl: 60, identification: 7, octets: payload };
  const octets = encodeUnreachable(failed, 'host', ip('192.0.2.200'));
  const { body } = decodeIcmp(made.in('192.0.2.200', OUTER, { protocol: 'icmp', octets }).octets);
  const whole = Uint8Array.from([...body.subarray(20, 28), ...payload]);
  const udp = decodeUdp(whole, { source: ip('10.8.0.10'), destination: ip('192.0.2.53') });
  expect(udp).toMatchObject({ sourcePort: 5000, destinationPort: 53, checksum: 'right' });
});
