import { describe, expect, test } from 'vitest';
import { toName } from '../../../../src/codec/dns/name.ts';
import { Type } from '../../../../src/codec/dns/registry.ts';
import { Random } from '../../../../src/core/random.ts';
import { portableCrypto } from '../../../../src/crypto/portable.ts';
import { dsRecords } from '../../../../src/engine/dnssec/made-sets.ts';
import { DnsService } from '../../../../src/service/dns.ts';
import type { Choice, RoutedSet, Routing } from '../../../../src/store/routing.ts';
import { RRset } from '../../../../src/store/zone.ts';
import { ZoneSet } from '../../../../src/store/zone-set.ts';
import { CASES_ZONE, signedZone, testKey } from '../../../support/signed-zone.ts';
import { judgeAnswer } from '../../../support/validator.ts';

const APEX = toName('signed.example.');
const PLACE = { file: 'signed.zone', line: 1, column: 1 };

/** A policy that gives what it is told to, one after the other. */
function inTurn(owner: string, type: number, choices: readonly (Uint8Array | 'no-data')[]): RoutedSet {
  const name = toName(owner);
  const sets = choices.map((rdata): Choice =>
    rdata === 'no-data' ? rdata : new RRset(name, type, 30, [rdata]),
  );
  let turn = 0;
  const routing: Routing = { choose: () => sets[turn++ % sets.length]! };
  return {
    owner: name,
    type,
    ttl: 30,
    rdatas: choices.filter((rdata) => rdata !== 'no-data'),
    routing,
    place: PLACE,
  };
}

const routed = () => [
  inTurn('pick.signed.example.', Type.A, [
    Uint8Array.of(192, 0, 2, 1),
    Uint8Array.of(192, 0, 2, 2),
    'no-data',
  ]),
  inTurn('alias-pick.signed.example.', Type.CNAME, [toName('www.signed.example.').octets, 'no-data']),
  inTurn('*.any.signed.example.', Type.A, [Uint8Array.of(192, 0, 2, 3), 'no-data']),
];

describe.each(['compact', 'nsec'] as const)('rule 36: policies in a zone signed with %s', (denial) => {
  const zone = signedZone(CASES_ZONE, { denial, keys: [testKey(1)] }, { routed });
  const server = new DnsService({ zones: new ZoneSet([zone]), random: new Random(1) });
  const anchors = [{ zone: APEX, ds: dsRecords(APEX, testKey(1), portableCrypto) }];
  const judge = (name: string, type: string) =>
    judgeAnswer(`${name}.signed.example.`, type, { anchors, server }).verdict;

  test('each choice is signed, and nothing chosen is proved', () => {
    for (let turn = 0; turn < 6; turn++) expect(judge('pick', 'A').security).toBe('secure');
  });

  test('an alias that is chosen, and one that is not', () => {
    for (let turn = 0; turn < 4; turn++) expect(judge('alias-pick', 'A').security).toBe('secure');
  });

  test('below a wildcard, too', () => {
    for (let turn = 0; turn < 4; turn++) expect(judge('x.any', 'A').security).toBe('secure');
  });

  test('the proof of another type lists the type that a policy could give', () => {
    expect(judge('pick', 'AAAA')).toMatchObject({ security: 'secure', isNoName: false });
    expect(judge('pick', 'NSEC').security).toBe('secure');
  });
});
