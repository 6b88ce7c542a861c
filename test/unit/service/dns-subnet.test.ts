import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../src/core/bytes.ts';
import { parsePrefix } from '../../../src/core/address.ts';
import { rcodeName } from '../../../src/codec/dns/registry.ts';
import { AccessList } from '../../../src/store/access.ts';
import { ask, query } from '../../support/dns-client.ts';
import { labServer } from '../../support/dns-zones.ts';

const octetsOf = (hex: string) => fromHex(hex.replaceAll(' ', ''))!;

/** A query with a CLIENT-SUBNET option of these octets. */
function asking(subnet: string, ...more: string[]) {
  const options = [subnet, ...more].map((hex) => ({ code: 8, octets: octetsOf(hex) }));
  return query('portal.lab.example', 'A', { edns: { payloadOctets: 1232, version: 0, flags: 0, options } });
}

const echoed = (subnet: string, change = {}) => {
  const reply = ask(labServer(change), asking(subnet));
  return {
    rcode: rcodeName(reply?.rcode ?? -1),
    options: reply?.edns?.options.map(({ code, octets }) => `${code}: ${toHex(octets)}`),
  };
};

describe('EDNS Client Subnet: RFC 7871', () => {
  test.each([
    { name: 'a network of IPv4, three octets', subnet: '0001 18 00 c63364' },
    { name: 'bits up to the length: /20', subnet: '0001 14 00 c63360' },
    { name: 'a whole address', subnet: '0001 20 00 c6336401' },
    { name: 'a network of IPv6', subnet: '0002 38 00 20010db8000100' },
    { name: 'no address at all: the client is to be left out of it', subnet: '0001 00 00' },
    { name: 'the same without a family, as dig sends it', subnet: '0000 00 00' },
  ])('$name is echoed, and a static answer is for all: scope 0', ({ subnet }) => {
    expect(echoed(subnet)).toEqual({ rcode: 'NOERROR', options: [`8: ${subnet.replaceAll(' ', '')}`] });
  });

  test.each([
    { name: 'too few octets of the address', subnet: '0001 18 00 c633' },
    { name: 'too many', subnet: '0001 18 00 c6336400' },
    { name: 'bits beyond the source length', subnet: '0001 14 00 c63361' },
    { name: 'a scope in a query', subnet: '0001 18 18 c63364' },
    { name: 'an unknown family', subnet: '0003 18 00 c63364' },
    { name: 'a family that is none, with a length', subnet: '0000 08 00 c6' },
    { name: 'more bits than IPv4 has', subnet: '0001 21 00 c633640100' },
    { name: 'more bits than IPv6 has', subnet: `0002 81 00 ${'20'.repeat(17)}` },
    { name: 'cut off', subnet: '0001 18' },
  ])('$name: FORMERR', ({ subnet }) => {
    expect(echoed(subnet)).toEqual({ rcode: 'FORMERR', options: [] });
  });

  test('of two the first counts', () => {
    const reply = ask(labServer(), asking('0001 18 00 c63364', '0001 18 00 c00002'));
    expect(reply?.edns?.options.map(({ octets }) => toHex(octets))).toEqual(['00011800c63364']);
  });

  test('not asked for, not sent', () => {
    const edns = { payloadOctets: 1232, version: 0, flags: 0, options: [] };
    expect(ask(labServer(), query('portal.lab.example', 'A', { edns }))?.edns?.options).toEqual([]);
  });

  test('rule 34: it opens no door: who may ask is judged by the source', () => {
    const allowQuery = new AccessList([{ verdict: 'allow', prefix: parsePrefix('198.51.100.0/24')! }]);
    expect(echoed('0001 18 00 c63364', { allowQuery })).toEqual({
      rcode: 'REFUSED',
      options: ['8: 00011800c63364', '15: 0012'],
    });
  });
});
