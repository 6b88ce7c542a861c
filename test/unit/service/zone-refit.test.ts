import { describe, expect, test } from 'vitest';
import { toName } from '../../../src/codec/dns/name.ts';
import { runSteps } from '../../../src/core/steps.ts';
import { Type } from '../../../src/codec/dns/registry.ts';
import { portableCrypto } from '../../../src/crypto/portable.ts';
import { OnlineSigner } from '../../../src/engine/dnssec/signer.ts';
import { refittedSteps } from '../../../src/service/zone-refit.ts';
import type { RoutedSet, Routing } from '../../../src/store/routing.ts';
import { loadZone } from '../../../src/store/zone-builder.ts';
import { EPOCH, schedule, testKey } from '../../support/signed-zone.ts';

const TEXT = '$ORIGIN lab.example.\n$TTL 60\n@ SOA ns root 1 60 20 600 30\n@ NS ns\nns A 10.0.0.1\n';
const BUILD = { file: 'lab.zone' };
const refitted = (...parts: Parameters<typeof refittedSteps>) => runSteps(refittedSteps(...parts));
const POLICY: Routing = { choose: () => 'no-data' };
const NEWER: Routing = { choose: () => 'servfail' };

const shop = (routing: Routing, octet: number): RoutedSet => ({
  owner: toName('shop.lab.example'),
  type: Type.A,
  ttl: 60,
  rdatas: [Uint8Array.of(192, 0, 2, octet)],
  routing,
  place: { file: 'lab.yaml', line: 1, column: 1 },
});
const zone = (text = TEXT, routed: readonly RoutedSet[] = []) =>
  loadZone(text, { ...BUILD, routed: () => routed });
const signer = (octet: number): OnlineSigner =>
  new OnlineSigner({
    schedule: schedule([testKey(octet)]),
    denial: 'nsec',
    crypto: portableCrypto,
    epoch: EPOCH,
  });

describe('a zone with updates, after a reload', () => {
  const updated = `${TEXT}new A 10.0.0.9\n`;

  test('without keys and policies is the same', () => {
    const was = zone(updated);
    expect(refitted(was, zone(), BUILD)).toBe(was);
  });

  test('has the policies of the file: another one, one more, one less', () => {
    const name = toName('shop.lab.example');
    const was = zone(updated, [shop(POLICY, 1)]);
    const now = refitted(was, zone(TEXT, [shop(NEWER, 2)]), BUILD);
    expect(now.node(name)?.rrset(Type.A)?.routing).toBe(NEWER);
    expect(now.node(toName('new.lab.example'))).toBeDefined();
    expect(
      refitted(zone(updated), zone(TEXT, [shop(NEWER, 2)]), BUILD)
        .node(name)
        ?.rrset(Type.A)?.routing,
    ).toBe(NEWER);
    expect(refitted(was, zone(), BUILD).node(name)).toBeUndefined();
  });

  test('that the policies do not fit to stays as it was', () => {
    const was = zone(`${TEXT}shop CNAME ns\n`);
    expect(refitted(was, zone(TEXT, [shop(NEWER, 2)]), BUILD)).toBe(was);
  });

  test('has the keys of now, and none where it is signed no more', () => {
    const was = loadZone(updated, { ...BUILD, signer: signer(1) });
    const other = refitted(was, zone(), { ...BUILD, signer: signer(2) });
    expect(other.node(other.apex)?.rrset(Type.DNSKEY)?.rdatas).toEqual([testKey(2).rdata]);
    const plain = refitted(was, zone(), BUILD);
    expect(plain.node(plain.apex)?.rrsets.map(({ type }) => type)).toEqual([Type.SOA, Type.NS]);
    expect(plain.security).toBeUndefined();
  });
});
