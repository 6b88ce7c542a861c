import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fromHex } from '../../../src/core/bytes.ts';
import { fromBase32Hex, toBase32Hex } from '../../../src/codec/dns/base32.ts';
import { toName } from '../../../src/codec/dns/name.ts';
import { formatRecord } from '../../../src/codec/dns/record.ts';
import { parseZoneText } from '../../../src/codec/dns/zone-text.ts';
import { portableCrypto } from '../../../src/crypto/portable.ts';
import { hashName } from '../../../src/store/nsec3.ts';
import { loadZone } from '../../../src/store/zone-builder.ts';
import { zoneRecords } from '../../../src/store/zone-change.ts';

const PARAMETERS = { iterations: 12, salt: fromHex('aabbccdd')! };

describe('the hashes of RFC 5155 §A', () => {
  test.each([
    { name: 'example', hash: '0p9mhaveqvm6t7vbl5lop2u3t2rp3tom' },
    { name: 'A.EXAMPLE', hash: '35mthgpgcu1qg68fab165klnsnk3dpvl' },
    { name: '*.w.example', hash: 'r53bq7cc2uvmubfu5ocmm6pers9tk9en' },
    { name: 'x.y.w.example', hash: '2vptu5timamqttgl4luu9kg21e0aor3s' },
  ])('$name', ({ name, hash }) => {
    expect(toBase32Hex(hashName(toName(name).octets, PARAMETERS, portableCrypto.sha1))).toBe(hash);
  });
});

test.each(['1', '1w', 'vv', 'not-base32', 'wxyz'])('%s is no base 32', (text) => {
  expect(fromBase32Hex(text)).toBeUndefined();
});

describe('NSEC3 that cannot be', () => {
  const SOA = 'lab.example. 60 SOA . . 1 2 3 4 5\n';
  const HASH = '0p9mhaveqvm6t7vbl5lop2u3t2rp3tom';
  test.each([
    { name: 'an owner that is no hash', line: `www.lab.example. 60 NSEC3 1 0 0 - ${HASH} A` },
    {
      name: 'a hash that is not directly below the apex',
      line: `${HASH}.a.lab.example. 60 NSEC3 1 0 0 - ${HASH} A`,
    },
    {
      name: 'more iterations than any key is worth',
      line: `${HASH}.lab.example. 60 NSEC3 1 0 2501 - ${HASH} A`,
    },
  ])('$name', ({ line }) => {
    expect(() => loadZone(SOA + line, { file: 'z' })).toThrow(/z:2:1: .*directly below the apex/);
  });
});

test('what RFC 5155 §A has comes back whole, NSEC3 and their signatures too', () => {
  const text = readFileSync(new URL('../../../fixtures/zones/rfc5155-signed.zone', import.meta.url), 'utf8');
  const lines: string[] = [];
  parseZoneText(text, { file: 'z' }, (record) => lines.push(formatRecord(record)));
  const zone = loadZone(text, { file: 'z', sha1: portableCrypto.sha1 });
  expect(Array.from(zoneRecords(zone), formatRecord).sort()).toEqual(lines.sort());
});
