import { expect, test } from 'vitest';
import { ANY, BROADCAST, ipv4, parseIpv6 } from '../../../src/core/address.ts';
import { fromHex, toHex } from '../../../src/core/bytes.ts';
import { TOD_RULES as RULES } from '../../../src/core/rules/tod.ts';
import type { DatagramInput } from '../../../src/core/service.ts';
import { NEVER, toInstant } from '../../../src/core/time.ts';
import { TodService } from '../../../src/service/tod.ts';
import { RecordingEffects } from '../../support/recording-effects.ts';

const us = ipv4(0x0a000001);
const them = ipv4(0x0a000009);
const epochUs = Date.parse('2026-01-01T00:00:00Z') * 1000;
const datagram = (changes: Partial<DatagramInput> = {}): DatagramInput => ({
  kind: 'datagram',
  octets: new Uint8Array(0),
  from: { address: them, port: 40000 },
  to: { address: us, port: 37 },
  via: 2,
  hardware: undefined,
  ...changes,
});

test('an empty datagram is answered with the time, from the address it was sent to', () => {
  const effects = new RecordingEffects();
  new TodService({ epoch: { us: epochUs } }).handle(datagram(), toInstant(60_000_000), effects);
  expect(effects.rules()).toEqual([RULES.answered.id]);
  const { port, to, octets } = effects.last('send');
  expect(port).toBe(37);
  expect(to).toEqual({ address: them, port: 40000, source: us, via: undefined });
  expect(toHex(octets)).toBe('ed0037bc');
});

test.each([
  {
    name: 'no source when the driver does not know it',
    input: { to: { address: ANY, port: 37 } },
    source: undefined,
    via: undefined,
  },
  {
    name: 'a link-local client is answered on its own link',
    input: {
      from: { address: parseIpv6('fe80::9')!, port: 1 },
      to: { address: parseIpv6('fe80::1')!, port: 37 },
    },
    source: parseIpv6('fe80::1'),
    via: 2,
  },
])('$name', ({ input, source, via }) => {
  const effects = new RecordingEffects();
  new TodService({ epoch: { us: epochUs } }).handle(datagram(input), toInstant(0), effects);
  expect(effects.last('send').to).toMatchObject({ source, via });
});

test.each([
  {
    name: 'four octets, which could be another server',
    input: { octets: fromHex('ed003780')! },
    rule: RULES.notEmpty,
  },
  { name: 'a datagram that is not empty', input: { octets: fromHex('00')! }, rule: RULES.notEmpty },
  { name: 'a broadcast', input: { to: { address: BROADCAST, port: 37 } }, rule: RULES.broadcastIgnored },
  {
    name: 'a multicast',
    input: { to: { address: ipv4(0xe0000001), port: 37 } },
    rule: RULES.broadcastIgnored,
  },
  {
    name: 'an IPv6 multicast',
    input: { to: { address: parseIpv6('ff02::1')!, port: 37 } },
    rule: RULES.broadcastIgnored,
  },
])('$name is not answered', ({ input, rule }) => {
  const effects = new RecordingEffects();
  new TodService({ epoch: { us: epochUs } }).handle(datagram(input), toInstant(0), effects);
  expect(effects.words()).toEqual([`because ${rule.id}`]);
});

test('a stream gets four octets and is closed: RFC 868', () => {
  const effects = new RecordingEffects();
  const service = new TodService({ epoch: { us: epochUs }, port: 20037 });
  const local = { address: us, port: 20037 };
  const peer = { address: them, port: 5 };
  service.handle({ kind: 'stream', event: 'opened', stream: 7, local, peer }, toInstant(0), effects);
  expect(effects.words()).toEqual([`because ${RULES.answeredStream.id}`, 'write', 'close']);
  expect(toHex(effects.last('write').octets)).toBe('ed003780');
  effects.clear();
  service.handle({ kind: 'stream', event: 'closed', stream: 7 }, toInstant(0), effects);
  service.handle(datagram(), toInstant(0), effects);
  expect(effects.log).toEqual([]);
  expect(service.deadline()).toBe(NEVER);
});
