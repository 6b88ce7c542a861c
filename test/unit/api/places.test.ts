import { expect, test } from 'vitest';
import { readPlaces } from '../../../src/api/places.ts';
import { parseScenario } from '../../../src/config/parse.ts';
import { ipOctets, parseIp } from '../../../src/core/address.ts';
import { mmdb } from '../../support/mmdb.ts';

const SCENARIO = parseScenario('headend: 1\nname: places\nnet: { core: { kind: segment } }\n', 'lab.yaml');
const FILE = {
  path: 'lab.mmdb',
  kind: 'file',
  at: 'services.dns.geoip',
  place: { line: 7, column: 12 },
} as const;
const DATABASE = mmdb({
  '198.51.100.0/24': {
    continent: { code: 'EU' },
    country: { iso_code: 'DE' },
    subdivisions: [{ iso_code: 'BE' }],
    location: { latitude: 52.5, longitude: 13.4 },
  },
  '203.0.113.0/25': { country_code: 'JP' },
  '192.0.2.0/24': { country: { iso_code: 'XX' } },
  '2001:db8::/32': { country: { iso_code: 'US' }, location: { latitude: 42.4, longitude: -71.1 } },
});

test.each([
  {
    name: 'records as MaxMind nests them',
    address: '198.51.100.7',
    place: { continent: 'EU', country: 'DE', subdivision: 'BE' },
    at: { latitude: 52.5, longitude: 13.4 },
    prefixLength: 24,
  },
  {
    name: 'one code for a country',
    address: '203.0.113.5',
    place: { continent: 'AS', country: 'JP', subdivision: undefined },
    at: undefined,
    prefixLength: 25,
  },
  { name: 'beside it', address: '203.0.113.200', place: undefined, at: undefined, prefixLength: 25 },
  { name: 'a country that is none', address: '192.0.2.1', place: undefined, at: undefined, prefixLength: 24 },
  {
    name: 'IPv6',
    address: '2001:db8:9::1',
    place: { continent: 'NA', country: 'US', subdivision: undefined },
    at: { latitude: 42.4, longitude: -71.1 },
    prefixLength: 32,
  },
])('$name: $address', ({ address, place, at, prefixLength }) => {
  const places = readPlaces(DATABASE, FILE, SCENARIO);
  expect(places.find(ipOctets(parseIp(address)!))).toEqual({ place, at, prefixLength });
});

test('what is no such file is a mistake at its place', () => {
  expect(() => readPlaces(new Uint8Array(100), FILE, SCENARIO)).toThrow(
    'lab.yaml:7:12 services.dns.geoip: "lab.mmdb" is no database of places: name a file in the format of MaxMind (mmdb)',
  );
});
