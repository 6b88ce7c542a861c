import { expect, test } from 'vitest';
import { fromHex, toHex } from '../../../src/core/bytes.ts';
import { toInstant } from '../../../src/core/time.ts';
import { decodeMessage, encodeMessage } from '../../../src/codec/dns/message.ts';
import { formatRecord } from '../../../src/codec/dns/record.ts';
import type { Plain } from '../../../src/core/service.ts';
import type { DigReply } from '../../../src/service/dns-dig.ts';
import { query } from '../../support/dns-client.ts';
import { labServer } from '../../support/dns-zones.ts';
import { RecordingEffects } from '../../support/recording-effects.ts';

function command(args: Readonly<Record<string, Plain>>): unknown {
  const effects = new RecordingEffects();
  labServer().handle({ kind: 'command', verb: 'dig', args }, toInstant(0), effects);
  return effects.log.flatMap((effect) => (effect.kind === 'reply' ? [effect.value] : []))[0];
}

function dig(name: string, type: string): DigReply {
  const octets = toHex(encodeMessage(query(name, type)));
  return command({ octets, source: '10.0.0.9' }) as DigReply;
}

test('an alias is a chain of names, each with where it stands and the case that it met', () => {
  const { links } = dig('www.lab.example', 'A');
  expect(links.map(({ name }) => name)).toEqual(['www.lab.example.', 'portal.lab.example.']);
  expect(links[0]?.standing).toEqual({
    zone: 'lab.example.',
    serial: 2026010101,
    closestEncloser: 'www.lab.example.',
    exists: true,
    types: ['CNAME'],
  });
  expect(links.map(({ reasons }) => reasons.map(({ id }) => id))).toEqual([['HE-DNS-003'], ['HE-DNS-001']]);
});

test.each([
  {
    name: 'a wildcard: the closest encloser, and what stands in for the name',
    ask: ['a.b.wild.lab.example', 'A'],
    standing: { closestEncloser: 'wild.lab.example.', exists: false, wildcard: '*.wild.lab.example.' },
    case: ['HE-DNS-002', 'HE-DNS-001'],
  },
  {
    name: 'a name that is not there',
    ask: ['no.such.lab.example', 'A'],
    standing: { closestEncloser: 'lab.example.', exists: false, types: [] },
    case: ['HE-DNS-012'],
  },
] as const)('$name', ({ ask, standing, case: met }) => {
  const [link] = dig(ask[0], ask[1]).links;
  expect(link?.standing).toMatchObject(standing);
  expect(link?.reasons.map(({ id }) => id)).toEqual(met);
});

test('a name of nobody here stands nowhere, and is refused', () => {
  const { links, reply } = dig('www.other.example', 'A');
  expect(links).toHaveLength(1);
  expect(links[0]?.standing).toBeUndefined();
  expect(decodeMessage(fromHex(reply)!).rcode).toBe(5);
});

test('the reply is the one that a client gets', () => {
  const { reply } = dig('portal.lab.example', 'A');
  expect(decodeMessage(fromHex(reply)!).answers.map(formatRecord)).toEqual([
    'portal.lab.example. 300 IN A 10.0.0.80',
  ]);
});

test.each([
  { name: 'octets that are no hex', args: { octets: 'x', source: '10.0.0.9' } },
  { name: 'no source', args: { octets: '00' } },
])('$name: an error in words', ({ args }) => {
  expect(command(args)).toEqual({ error: 'dig needs octets, a query in hex, and source, an address' });
});

test('octets that are no query get what any client gets', () => {
  expect(command({ octets: '00', source: '10.0.0.9' })).toMatchObject({ reply: '' });
});
