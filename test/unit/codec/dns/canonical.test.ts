import { expect, test } from 'vitest';
import { sameRdata } from '../../../../src/codec/dns/canonical.ts';
import { typeNumber } from '../../../../src/codec/dns/registry.ts';
import { parseRdataText } from '../../../../src/codec/dns/zone-text.ts';

test.each([
  { type: 'NS', one: 'ns.lab.example.', other: 'NS.lab.Example.', same: true },
  { type: 'NS', one: 'ns.lab.example.', other: 'nt.lab.example.', same: false },
  { type: 'NS', one: 'a.example.', other: 'ab.example.', same: false },
  { type: 'MX', one: '10 mail.example.', other: '10 MAIL.example.', same: true },
  { type: 'MX', one: '65 mail.example.', other: '97 mail.example.', same: false },
  { type: 'SOA', one: 'ns. Root. 1 2 3 4 5', other: 'NS. root. 1 2 3 4 5', same: true },
  // The last octet of the two is "E" and "e".
  { type: 'SOA', one: 'ns. root. 1 2 3 4 69', other: 'ns. root. 1 2 3 4 101', same: false },
  { type: 'SRV', one: '1 2 80 a.', other: '1 2 80 A.', same: true },
  { type: 'NAPTR', one: '1 1 "S" "x" "" a.', other: '1 1 "S" "x" "" A.', same: true },
  { type: 'NAPTR', one: '1 1 "S" "x" "" a.', other: '1 1 "s" "x" "" A.', same: false },
  { type: 'TXT', one: '"Sample"', other: '"sample"', same: false },
  // RFC 3597 §7: names of types that came later are octets like others.
  { type: 'SVCB', one: '0 pool.example.', other: '0 POOL.example.', same: false },
])('$type $one and $other: the same is $same', ({ type, one, other, same }) => {
  const number = typeNumber(type) ?? 0;
  const [a, b] = [parseRdataText(number, one), parseRdataText(number, other)];
  expect(sameRdata(number, a, b)).toBe(same);
  expect(sameRdata(number, b, a)).toBe(same);
});

test.each([
  { type: 'MX', a: [0x41], b: [0x61] },
  { type: 'NAPTR', a: [0, 0, 0, 0, 0x41], b: [0, 0, 0, 0, 0x61] },
  { type: 'SOA', a: [63, 0x41], b: [63, 0x61] },
])('octets that are no $type are compared, and no more', ({ type, a, b }) => {
  const number = typeNumber(type) ?? 0;
  expect(sameRdata(number, Uint8Array.from(a), Uint8Array.from(a))).toBe(true);
  expect(typeof sameRdata(number, Uint8Array.from(a), Uint8Array.from(b))).toBe('boolean');
});
