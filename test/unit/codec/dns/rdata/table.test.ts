import { expect, test } from 'vitest';
import { toHex } from '../../../../../src/core/bytes.ts';
import { toName } from '../../../../../src/codec/dns/name.ts';
import { formatRecord } from '../../../../../src/codec/dns/record.ts';
import { Type, typeNumber } from '../../../../../src/codec/dns/registry.ts';
import { parseRdataText } from '../../../../../src/codec/dns/zone-text.ts';

test.each([
  { type: 'A', text: '192.0.2.1', wire: 'c0000201' },
  { type: 'AAAA', text: '2001:db8::1', wire: '20010db8000000000000000000000001' },
  { type: 'NS', text: 'ns.example.', wire: '026e73076578616d706c6500' },
  { type: 'CNAME', text: 'a.', wire: '016100' },
  { type: 'PTR', text: '.', wire: '00' },
  { type: 'DNAME', text: 'b.', wire: '016200' },
  { type: 'MX', text: '10 m.', wire: '000a016d00' },
  { type: 'SOA', text: 'm. r. 1 2 3 4 5', wire: '016d000172000000000100000002000000030000000400000005' },
  { type: 'TXT', text: '"a" ""', wire: '016100' },
  { type: 'SRV', text: '1 2 69 t.', wire: '000100020045017400' },
  { type: 'DS', text: '12345 13 2 ABCD', wire: '30390d02abcd' },
  { type: 'HINFO', text: '"RFC8482" ""', wire: '075246433834383200' },
  { type: 'MINFO', text: 'r. e.', wire: '017200016500' },
  { type: 'MB', text: 'h.', wire: '016800' },
  { type: 'CAA', text: '128 issue "ca.example; x=1"', wire: '8005697373756563612e6578616d706c653b20783d31' },
  {
    type: 'NAPTR',
    text: '100 10 "S" "SIP+D2U" "" _sip.x.',
    wire: '0064000a0153075349502b44325500045f736970017800',
  },
  { type: 'URI', text: '10 1 "ftp://x.example/"', wire: '000a00016674703a2f2f782e6578616d706c652f' },
  { type: 'SSHFP', text: '4 2 ABCD', wire: '0402abcd' },
  { type: 'TLSA', text: '3 1 1 ABCD', wire: '030101abcd' },
  { type: 'SMIMEA', text: '3 0 0 00', wire: '03000000' },
  { type: 'CDS', text: '0 0 0 00', wire: '0000000000' },
  { type: 'RP', text: 'm. t.', wire: '016d00017400' },
  { type: 'AFSDB', text: '1 h.', wire: '0001016800' },
  { type: 'RT', text: '1 h.', wire: '0001016800' },
  { type: 'PX', text: '1 a. b.', wire: '0001016100016200' },
  { type: 'TYPE65280', text: String.raw`\# 2 0102`, wire: '0102' },
])('rdata of $type from text and back: $text', ({ type, text, wire }) => {
  const number = typeNumber(type) ?? Type.A;
  const rdata = parseRdataText(number, text);
  expect(toHex(rdata)).toBe(wire);
  const shown = formatRecord({ owner: toName('o'), type: number, class: 1, ttl: 1, rdata });
  expect(shown).toBe(`o. 1 IN ${type} ${text}`);
});
