import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Random } from '../../src/core/random.ts';
import { toInstant } from '../../src/core/time.ts';
import { type DnsMessage, decodeMessage, encodeMessage } from '../../src/codec/dns/message.ts';
import { toName } from '../../src/codec/dns/name.ts';
import { Rcode, Type } from '../../src/codec/dns/registry.ts';
import { StubResolver } from '../../src/engine/resolver.ts';
import { CLIENT, SERVER, ask, datagram, query, summary } from '../support/dns-client.ts';
import { labServer } from '../support/dns-zones.ts';
import { RecordingEffects } from '../support/recording-effects.ts';
import { fuzzRuns } from '../support/fuzz-runs.ts';

const numRuns = fuzzRuns();

const LABELS = [
  'lab',
  'example',
  'www',
  'sub',
  'ns',
  'wild',
  '*',
  'deep',
  'b',
  'old',
  'host',
  'new',
  'loop1',
  'x',
  'aliases',
];
const near = fc
  .array(fc.constantFrom(...LABELS), { maxLength: 5 })
  .chain((labels) => fc.boolean().map((isOurs) => (isOurs ? [...labels, 'lab', 'example'] : labels)))
  .map((labels) => (labels.length === 0 ? '.' : labels.join('.')));
const types = fc.constantFrom(
  'A',
  'AAAA',
  'NS',
  'SOA',
  'CNAME',
  'DNAME',
  'TXT',
  'MX',
  'DS',
  'ANY',
  'TYPE4711',
);
const service = labServer();

test('any octets over UDP: at most one reply, which decodes, and the service goes on', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), (octets) => {
      const sent = datagram(service, octets).of('send');
      expect(sent.length).toBeLessThanOrEqual(1);
      for (const one of sent) expect(decodeMessage(one.octets).id).toBe((octets[0]! << 8) | octets[1]!);
    }),
    { numRuns },
  );
  expect(ask(service, query('portal.lab.example', 'A'))?.answers.length).toBe(1);
});

test('a query with octets changed: a reply no longer than allowed, never an exception', () => {
  fc.assert(
    fc.property(
      near,
      types,
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }),
      (qname, type, changes) => {
        const octets = encodeMessage(
          query(qname, type, { edns: { payloadOctets: 512, version: 0, flags: 0, options: [] } }),
        );
        for (const [at, value] of changes) octets[at % octets.length] = value;
        for (const one of datagram(service, octets).of('send')) {
          decodeMessage(one.octets);
          expect(one.octets.length).toBeLessThanOrEqual(1232);
        }
      },
    ),
    { numRuns },
  );
});

test('any octets over TCP, however cut: whole replies, and the connection kept or given up', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 6 }), (chunks) => {
      const server = labServer();
      const effects = new RecordingEffects();
      const stream = 1;
      server.handle(
        { kind: 'stream', event: 'opened', stream, local: SERVER, peer: CLIENT },
        toInstant(0),
        effects,
      );
      for (const octets of chunks)
        server.handle({ kind: 'stream', event: 'octets', stream, octets }, toInstant(1), effects);
      for (const { octets } of effects.of('write')) decodeMessage(octets.subarray(2));
      server.handle({ kind: 'timer' }, toInstant(1e9), effects);
      server.handle({ kind: 'timer' }, toInstant(2e9), effects);
      expect(server.deadline()).toBe(Infinity);
    }),
    { numRuns },
  );
});

test('a negative answer has one SOA, a positive one of ours has records of the question, a referral has no authority', () => {
  fc.assert(
    fc.property(near, types, (qname, type) => {
      const reply = ask(service, query(qname, type));
      const isOurs = (0x0400 & (reply?.flags ?? 0)) !== 0;
      const authority = reply?.authorities.map((record) => record.type) ?? [];
      if (reply?.rcode === Rcode.REFUSED) expect([isOurs, reply.answers, authority]).toEqual([false, [], []]);
      else if (reply?.rcode === Rcode.NXDOMAIN) expect([isOurs, authority]).toEqual([true, [Type.SOA]]);
      else if (!isOurs) expect(new Set(authority)).toEqual(new Set([Type.NS]));
      else if (reply?.answers.length === 0) expect(authority).toEqual([Type.SOA]);
    }),
    { numRuns },
  );
});

test('any octets to a stub resolver, from the server asked, over UDP and TCP: no exception, and an end', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 6 }),
      fc.boolean(),
      (chunks, isEcho) => {
        const effects = new RecordingEffects();
        let outcomes = 0;
        const resolver = new StubResolver({ random: new Random(1), settled: () => void outcomes++ });
        resolver.useServers([SERVER.address]);
        resolver.resolve(toName('portal.lab.example'), Type.A, toInstant(0), effects);
        const sent = effects.last('send');
        const to = { address: CLIENT.address, port: sent.port };
        for (const chunk of chunks) {
          // Half of the time an answer begins as it should, so that more of it is looked at.
          const octets = isEcho ? Uint8Array.from([...sent.octets.subarray(0, 2), 0x83, ...chunk]) : chunk;
          resolver.receive(
            { kind: 'datagram', octets, from: SERVER, to, via: 0, hardware: undefined },
            toInstant(1),
            effects,
          );
          for (const { stream } of effects.of('connect'))
            resolver.stream({ kind: 'stream', event: 'octets', stream, octets }, toInstant(1), effects);
        }
        for (let turn = 1; turn < 10; turn++) resolver.wake(toInstant(turn * 100e6), effects);
        expect([outcomes, resolver.deadline()]).toEqual([1, Infinity]);
      },
    ),
    { numRuns },
  );
});

/** All of a reply as text without case. */
function shape(message: DnsMessage | undefined): string {
  return JSON.stringify([message?.flags, summary(message)]).toLowerCase();
}

test('what is asked in another case is answered alike', () => {
  fc.assert(
    fc.property(near, types, (qname, type) => {
      expect(shape(ask(service, query(qname.toUpperCase(), type)))).toBe(
        shape(ask(service, query(qname, type))),
      );
    }),
    { numRuns },
  );
});
