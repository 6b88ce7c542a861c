import { expect, test } from 'vitest';
import { parseIpv4, parseMac } from '../../../src/core/address.ts';
import type { Row } from '../../../src/core/service.ts';
import { SECOND, toInstant } from '../../../src/core/time.ts';
import { LeaseView } from '../../../src/scenario/leases.ts';

const MAC = '00:10:18:00:00:01';
const mac = parseMac(MAC)!;
const now = toInstant(10 * SECOND);

const bound = (address: string, of = MAC): Row => ({
  table: 'lease',
  key: address,
  value: { state: 'bound', client: of, expires: 60, mac: of },
});

test.each(['asked in between', 'asked at the end'])(
  'a client has the address that it was leased last, %s',
  (when) => {
    const leases = new LeaseView();
    const asked = (): unknown => leases.addressOf(mac, now);
    const seen: unknown[] = [];
    for (const row of [
      bound('10.0.0.9'),
      bound('10.0.0.5'),
      bound('10.0.0.7', '00:10:18:00:00:02'),
      bound('10.0.0.9'),
    ]) {
      leases.take([row]);
      if (when === 'asked in between') seen.push(asked());
    }
    expect(asked()).toBe(parseIpv4('10.0.0.9'));
    if (seen.length > 0)
      expect(seen).toEqual(['10.0.0.9', '10.0.0.5', '10.0.0.5', '10.0.0.9'].map((text) => parseIpv4(text)));
  },
);

test('an address that another client has now is nobody else’s, nor one that was given back or has run out', () => {
  const leases = new LeaseView();
  leases.take([bound('10.0.0.9'), bound('10.0.0.9', '00:10:18:00:00:02')]);
  expect(leases.addressOf(mac, now)).toBeUndefined();
  leases.take([bound('10.0.0.9')]);
  expect(leases.addressOf(mac, toInstant(60 * SECOND))).toBeUndefined();
  leases.take([{ table: 'lease', key: '10.0.0.9', value: null }]);
  expect(leases.addressOf(mac, now)).toBeUndefined();
});
