import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Reader, toHex } from '../../src/core/bytes.ts';
import { ConfigError, DecodeError } from '../../src/core/errors.ts';
import { decodeRdata, formatRdata } from '../../src/codec/dns/rdata/shape.ts';
import { shapeOf } from '../../src/codec/dns/rdata/table.ts';
import { Type } from '../../src/codec/dns/registry.ts';
import { parseRdataText } from '../../src/codec/dns/zone-text.ts';
import { portableCrypto } from '../../src/crypto/portable.ts';
import { loadZone } from '../../src/store/zone-builder.ts';
import { changeZone, diffZones, zoneRecords } from '../../src/store/zone-change.ts';
import { formatRecord } from '../../src/codec/dns/record.ts';
import { fuzzRuns } from '../support/fuzz-runs.ts';

const numRuns = fuzzRuns();
const types = Object.values(Type).filter((type) => shapeOf(type) !== undefined);

/** Octets that often look like the fields of some type. */
const octets = fc.oneof(
  fc.uint8Array({ maxLength: 60 }),
  fc
    .array(
      fc.constantFrom(
        [0],
        [0, 1],
        [0, 0, 4, 1, 2, 3, 4],
        [3, 119, 119, 119, 0],
        [1, 0, 0, 12, 0],
        [0, 6, 64, 1, 0, 0, 0, 3],
        [0, 16, 19, 22],
      ),
      { maxLength: 8 },
    )
    .map((parts) => Uint8Array.from(parts.flat())),
);

test('any rdata of any type is refused, or shown as a text that gives it back octet for octet', () => {
  fc.assert(
    fc.property(fc.constantFrom(...types), octets, (type, wire) => {
      let stored: Uint8Array;
      try {
        stored = decodeRdata(shapeOf(type), new Reader(wire));
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError);
        return;
      }
      const text = formatRdata(shapeOf(type), stored);
      expect(toHex(parseRdataText(type, text)), text).toBe(toHex(stored));
    }),
    { numRuns: numRuns * 4 },
  );
});

const word = fc.oneof(
  fc.constantFrom(
    '@',
    '*',
    'www',
    'lab.example.',
    'a.b',
    'IN',
    'A',
    'AAAA',
    'CNAME',
    'DNAME',
    'NS',
    'MX',
    'SOA',
    'TXT',
    'SVCB',
    'LOC',
    'NSEC',
    'NSEC3',
    'RRSIG',
    '60',
    '1h',
    '10.0.0.1',
    'fd00::1',
    '(',
    ')',
    '"x"',
    '"',
    ';',
    '\\',
    '\\#',
    '$ORIGIN',
    '$TTL',
    '$INCLUDE',
    '$GENERATE',
    '1-3',
    '${0,3,n}',
    'a$',
    '\n',
    '\n ',
    '\t',
  ),
  fc.string({ maxLength: 6 }),
);
const zoneText = fc
  .array(word, { maxLength: 40 })
  .map((words) => `lab.example. 60 SOA . . 1 2 3 4 5\n${words.join(' ')}`);

test('any text is a zone, or a mistake with file, line and column', () => {
  fc.assert(
    fc.property(zoneText, fc.constantFrom('strict' as const, 'lenient' as const), (text, mode) => {
      try {
        loadZone(text, { file: 'z', mode, sha1: portableCrypto.sha1, include: () => 'x 60 A 10.0.0.9' });
      } catch (error) {
        expect(error).toBeInstanceOf(ConfigError);
        expect((error as ConfigError).path).toMatch(/^.+:\d+:\d+$/s);
      }
    }),
    { numRuns },
  );
});

const owner = fc.constantFrom('@', 'a', 'b', 'A', 'x.a', '*', '*.a', 'deep.er.b');
const data = fc.oneof(
  fc.nat(20).map((last) => `A 10.0.0.${last}`),
  fc.nat(5).map((last) => `TXT "${last}"`),
  fc.constantFrom('MX 10 a', 'MX 10 A', 'AAAA fd00::1', 'HTTPS 1 . alpn=h2'),
);
const zone = fc
  .tuple(fc.nat(9), fc.array(fc.tuple(owner, fc.constantFrom('', '60 ', '90 '), data), { maxLength: 12 }))
  .map(([serial, lines]) =>
    loadZone(
      `$ORIGIN lab.example.\n$TTL 60\n@ SOA . . ${serial} 2 3 4 5\n${lines.map(([name, ttl, rest]) => `${name} ${ttl}${rest}`).join('\n')}`,
      { file: 'z', mode: 'lenient' },
    ),
  );

const lines = (one: ReturnType<typeof loadZone>): string[] =>
  Array.from(
    zoneRecords(one),
    (record) => `${record.owner.key} ${formatRecord(record).split(' ').slice(1).join(' ')}`,
  ).sort();

test('between any two versions: what went and what came, applied, gives the later one', () => {
  fc.assert(
    fc.property(zone, zone, (before, after) => {
      const change = diffZones(before, after);
      const changed = changeZone(before, change, { file: 'journal' });
      expect(lines(changed)).toEqual(lines(after));
      const rest = diffZones(changed, after);
      expect([rest.removed, rest.added]).toEqual([[], []]);
    }),
    { numRuns },
  );
});
