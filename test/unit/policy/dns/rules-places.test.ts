import { describe, expect, test } from 'vitest';
import { parseIp } from '../../../../src/core/address.ts';
import type { GeoLookup } from '../../../../src/policy/dns/group.ts';
import { parsePlace, placeOfCountry } from '../../../../src/policy/dns/place.ts';
import { PolicyLab } from '../../../support/policy-lab.ts';

const LOCATIONS = `
locations:
  berlin: { networks: 10.1.0.0/16, place: EU-DE-BE }
  munich: { networks: 10.2.0.0/16, place: EU-DE-BY }
  paris: { networks: 10.3.0.0/16, place: EU-FR }
  boston: { networks: 10.4.0.0/16, place: NA-US-MA }
  somewhere: { networks: 10.5.0.0/16 }`;

function geo(targets: string, options: { database?: GeoLookup } = {}): PolicyLab {
  return new PolicyLab(
    `${LOCATIONS}\nrouting: { www: { type: A, policy: geolocation, ttl: 30s, targets: { ${targets} } } }`,
    options,
  );
}

const ALL =
  'world: { place: "*", data: 10.0.0.1, check: a }, europe: { place: EU, data: 10.0.0.2, check: b }, ' +
  'germany: { place: EU-DE, data: 10.0.0.3, check: c }, berlin: { place: EU-DE-BE, data: 10.0.0.4, check: d }';

describe('rule 21: geolocation takes the most specific place, and climbs where that is down', () => {
  test.each([
    { from: '10.1.0.1', down: '', given: '10.0.0.4' },
    { from: '10.2.0.1', down: '', given: '10.0.0.3' },
    { from: '10.3.0.1', down: '', given: '10.0.0.2' },
    { from: '10.4.0.1', down: '', given: '10.0.0.1' },
    { from: '10.1.0.1', down: 'd', given: '10.0.0.3' },
    { from: '10.1.0.1', down: 'dc', given: '10.0.0.2' },
    { from: '10.1.0.1', down: 'dcb', given: '10.0.0.1' },
    { from: '10.1.0.1', down: 'dcba', given: '10.0.0.4' },
    { from: '10.2.0.1', down: 'dcba', given: '10.0.0.3' },
    { from: '10.4.0.1', down: 'a', given: '10.0.0.1' },
  ])('from $from, down "$down": $given', ({ from, down, given }) => {
    const lab = geo(ALL);
    for (const check of down) lab.health.down.add(check);
    expect(lab.data('www A', { from })).toEqual([given]);
  });
});

describe('rule 22: no match and no default', () => {
  const lab = geo('germany: { place: EU-DE, data: 10.0.0.3 }');
  test.each(['10.3.0.1', '10.5.0.1', '192.0.2.1'])('from %s: NODATA', (from) => {
    const seen = lab.ask('www A', { from });
    expect(seen).toMatchObject({ rcode: 'NOERROR', answer: [] });
    expect(seen.rules).toContain('HE-ROUTE-017');
  });

  test('the missing "*" is a warning, and so is data for some and none for others (rule 34)', () => {
    expect(lab.warnings).toEqual([
      expect.stringMatching(/HE-ROUTE-031 www[.]lab[.]example[.]: clients elsewhere get no data$/),
    ]);
    expect(geo(ALL).warnings).toEqual([]);
  });

  test('two targets for one place are a mistake', () => {
    const twice = geo('one: { place: [EU, AS], data: 10.0.0.1 }, two: { place: AS, data: 10.0.0.2 }');
    expect(twice.mistakes).toEqual([expect.stringContaining('one is for AS too')]);
    const defaults = geo('one: { place: "*", data: 10.0.0.1 }, two: { place: "*", data: 10.0.0.2 }');
    expect(defaults.mistakes).toEqual([expect.stringContaining('one is for * too')]);
  });
});

describe('rule 23: networks of the file go before the database; rules of one policy have their order', () => {
  const database: GeoLookup = {
    find: (octets) => ({
      place: placeOfCountry(octets[0] === 10 ? 'FR' : 'US', undefined),
      at: undefined,
      prefixLength: 9,
    }),
  };
  test('a location of the file overrides what the database says', () => {
    const lab = geo(ALL, { database });
    expect(lab.data('www A', { from: '10.1.0.1' })).toEqual(['10.0.0.4']);
    expect(lab.data('www A', { from: '10.200.0.1' })).toEqual(['10.0.0.2']);
    expect(lab.data('www A', { from: '192.0.2.1' })).toEqual(['10.0.0.1']);
  });

  test('the longest network of the file', () => {
    const lab = new PolicyLab(`
locations: { wide: { networks: 10.0.0.0/8, place: NA-US }, inner: { networks: 10.1.0.0/16, place: EU-DE }, core: { networks: 10.1.2.0/24, place: EU-FR } }
routing: { www: { type: A, policy: geolocation, targets: { us: { place: NA, data: 10.0.0.1 }, de: { place: EU-DE, data: 10.0.0.2 }, fr: { place: EU-FR, data: 10.0.0.3 }, all: { place: "*", data: 10.0.0.4 } } } }`);
    const of = (from: string) => lab.data('www A', { from })[0];
    expect([of('10.9.0.1'), of('10.1.9.1'), of('10.1.2.1'), of('192.0.2.1')]).toEqual([
      '10.0.0.1',
      '10.0.0.2',
      '10.0.0.3',
      '10.0.0.4',
    ]);
  });

  test('networks alone, then networks with places, then places, then "*"', () => {
    const lab = geo(
      'all: { place: "*", data: 10.0.0.1, check: a }, de: { place: EU-DE, data: 10.0.0.2, check: b }, ' +
        'both: { place: EU-DE, networks: 10.1.0.0/16, data: 10.0.0.3, check: c }, net: { networks: 10.1.2.0/24, data: 10.0.0.4, check: d }',
    );
    const order = ['', 'd', 'c', 'b'].map((down) => {
      if (down !== '') lab.health.down.add(down);
      return lab.data('www A', { from: '10.1.2.3' })[0];
    });
    expect(order).toEqual(['10.0.0.4', '10.0.0.3', '10.0.0.2', '10.0.0.1']);
    lab.health.down.clear();
    expect(lab.data('www A', { from: '10.1.9.1' })).toEqual(['10.0.0.3']);
    expect(lab.data('www A', { from: '10.2.9.1' })).toEqual(['10.0.0.2']);
  });
});

const NETWORKS =
  'wide: { networks: 198.51.100.0/22, data: 10.0.0.1 }, narrow: { networks: 198.51.101.0/24, data: 10.0.0.2 }';

function ip(targets: string): PolicyLab {
  return new PolicyLab(`routing: { www: { type: A, policy: ip, ttl: 30s, targets: { ${targets} } } }`);
}

describe('rule 25: by network', () => {
  test.each([
    { subnet: '198.51.100.0/24', given: ['10.0.0.1'] },
    { subnet: '198.51.101.0/24', given: ['10.0.0.2'] },
    { subnet: '198.51.101.64/26', given: ['10.0.0.2'] },
    { subnet: '198.51.100.0/23', given: ['10.0.0.1'] },
    { subnet: '198.51.96.0/20', given: ['10.0.0.9'] },
    { subnet: '192.0.2.0/24', given: ['10.0.0.9'] },
    { subnet: '2001:db8::/48', given: ['10.0.0.9'] },
  ])('$subnet: $given', ({ subnet, given }) => {
    expect(ip(`${NETWORKS}, rest: { networks: "*", data: 10.0.0.9 }`).data('www A', { subnet })).toEqual(
      given,
    );
  });

  test('without "*" the rest is NODATA, and that is a warning', () => {
    const lab = ip(NETWORKS);
    expect(lab.ask('www A', { subnet: '192.0.2.0/24' })).toMatchObject({ rcode: 'NOERROR', answer: [] });
    expect(lab.warnings).toHaveLength(1);
  });

  test('IPv6 up to /48 and beyond', () => {
    const lab = ip(
      'a: { networks: "2001:db8:1::/48", data: 10.0.0.1 }, rest: { networks: "*", data: 10.0.0.9 }',
    );
    expect(lab.data('www A', { from: '2001:db8:1:2::3' })).toEqual(['10.0.0.1']);
    expect(lab.data('www A', { from: '2001:db8:2::3' })).toEqual(['10.0.0.9']);
  });

  test('a network twice is a mistake', () => {
    const twice = ip(
      'a: { networks: 10.0.0.0/8, data: 10.0.0.1 }, b: { networks: 10.0.0.0/8, data: 10.0.0.2 }',
    );
    expect(twice.mistakes).toEqual([expect.stringContaining('a is for 10.0.0.0/8 too')]);
  });
});

const find: GeoLookup['find'] = () => ({
  place: placeOfCountry('DE', undefined),
  at: undefined,
  prefixLength: 19,
});

describe('rule 32: the scope is what mattered', () => {
  const lab = new PolicyLab(`${LOCATIONS}
routing:
  weighted: { type: A, policy: weighted, targets: { a: { data: 10.0.0.1 } } }
  failover: { type: A, policy: failover, targets: { a: { data: 10.0.0.1, check: a }, b: { data: 10.0.0.2 } } }
  multi: { type: A, policy: multivalue, targets: { a: { data: 10.0.0.1 } } }
  simple: { type: A, policy: simple, targets: { a: { data: 10.0.0.1 } } }
  sticky: { type: A, policy: weighted, sticky: true, targets: { a: { data: 10.0.0.1 } } }
  geo: { type: A, policy: geolocation, targets: { a: { place: EU, data: 10.0.0.1 }, b: { place: "*", data: 10.0.0.2 } } }
  nested: { type: A, policy: geolocation, targets: { a: { place: EU, alias: sticky }, b: { place: "*", alias: weighted } } }`);
  test.each([
    { name: 'weighted', subnet: '10.1.0.0/24', scope: 0 },
    { name: 'failover', subnet: '10.1.0.0/24', scope: 0 },
    { name: 'multi', subnet: '10.1.0.0/24', scope: 0 },
    { name: 'simple', subnet: '10.1.0.0/24', scope: 0 },
    { name: 'sticky', subnet: '10.1.0.0/32', scope: 24 },
    { name: 'geo', subnet: '10.1.0.0/24', scope: 16 },
    { name: 'geo', subnet: '192.0.2.0/24', scope: 1 },
    { name: 'nested', subnet: '10.1.0.0/24', scope: 24 },
    { name: 'nested', subnet: '192.0.2.0/24', scope: 1 },
  ])('$name for $subnet: $scope', ({ name, subnet, scope }) => {
    expect(lab.ask(`${name} A`, { subnet }).scope).toBe(scope);
  });

  test('nothing is sent that was not asked for', () => {
    expect(lab.ask('geo A', { from: '10.1.0.1' }).scope).toBeUndefined();
  });

  test('a source length of 0 keeps the client out of it: the resolver decides, and the scope is 0', () => {
    const seen = lab.ask('geo A', { from: '10.1.0.1', subnet: '0.0.0.0/0' });
    expect(seen.answer).toEqual(['geo.lab.example. 60 A 10.0.0.1']);
    expect(seen.scope).toBe(0);
  });

  test('fewer bits than it takes to tell networks apart: a longer scope says what to ask with', () => {
    const seen = lab.ask('geo A', { subnet: '10.0.0.0/8' });
    expect(seen.answer).toEqual(['geo.lab.example. 60 A 10.0.0.2']);
    expect(seen.scope).toBe(16);
  });

  test('of a database it is the length that it matched', () => {
    const mapped = geo(ALL, { database: { find } });
    expect(mapped.ask('www A', { subnet: '192.0.2.0/24' }).scope).toBe(19);
  });
});

describe('rule 33: networks inside of networks cut them into cells', () => {
  const lab = ip(
    'a: { networks: 1.2.0.0/20, data: 10.0.0.1 }, b: { networks: 1.2.3.0/24, data: 10.0.0.2 }, rest: { networks: "*", data: 10.0.0.9 }',
  );
  test.each([
    { subnet: '1.2.0.0/32', scope: 23 },
    { subnet: '1.2.2.0/32', scope: 24 },
    { subnet: '1.2.3.0/32', scope: 24 },
    { subnet: '1.2.4.1/32', scope: 22 },
    { subnet: '1.2.8.0/32', scope: 21 },
    { subnet: '1.2.16.0/32', scope: 20 },
  ])('$subnet: /$scope, as RFC 7871 §7.2.1 has it', ({ subnet, scope }) => {
    expect(lab.ask('www A', { subnet }).scope).toBe(scope);
  });

  test('two clients that are equal in their first scope bits get the same', () => {
    for (let index = 0; index < 300; index++) {
      const third = (index * 37) % 64;
      const subnet = `1.2.${third}.${(index * 11) % 256}/32`;
      const seen = lab.ask('www A', { subnet });
      const host = parseIp(subnet.split('/')[0]!) as number;
      for (const bit of [31, 27, 24, 22, 20].filter((one) => one >= seen.scope!)) {
        const other = (host ^ (1 << (31 - bit))) >>> 0;
        const text = [24, 16, 8, 0].map((shift) => (other >>> shift) & 255).join('.');
        const twin = lab.ask('www A', { subnet: `${text}/32` });
        expect([twin.answer, twin.scope], `${subnet} and ${text}`).toEqual([seen.answer, seen.scope]);
      }
    }
  });
});

describe('places', () => {
  test.each([
    { text: 'EU', is: { continent: 'EU' } },
    { text: 'NA-US-CA', is: { continent: 'NA', country: 'US', subdivision: 'CA' } },
    { text: 'AF-NA', is: { continent: 'AF', country: 'NA' } },
    { text: 'EU-US', is: { fault: 'NA-US: it is on that continent' } },
    { text: 'EU-XX', is: { fault: 'a country of ISO 3166: XX is none' } },
    { text: 'DE', is: { fault: expect.stringContaining('a place such as') } },
    { text: 'EU-DE-BE-1', is: { fault: expect.stringContaining('a place such as') } },
  ])('$text', ({ text, is }) => {
    expect(parsePlace(text)).toMatchObject(is);
  });
});
