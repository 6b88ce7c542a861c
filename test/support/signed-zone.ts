import type { Crypto } from '../../src/core/crypto.ts';
import { portableCrypto } from '../../src/crypto/portable.ts';
import { Algorithm, type KeyRole, type KeyTimes, ZoneKey } from '../../src/engine/dnssec/key.ts';
import { DEFAULT_LIFE, KeySchedule, type SignatureLife } from '../../src/engine/dnssec/schedule.ts';
import { OnlineSigner, type OnlineSignerOptions } from '../../src/engine/dnssec/signer.ts';
import type { Zone } from '../../src/store/zone.ts';
import { type LoadZoneOptions, loadZone } from '../../src/store/zone-builder.ts';

/** 2026-01-01T00:00:00Z, the moment 0 of tests. */
export const EPOCH = { us: 1_767_225_600_000_000 };
export const START = EPOCH.us / 1_000_000;

/** A key whose private part is one octet again and again. */
export function testKey(
  octet: number,
  role: KeyRole = 'csk',
  times: KeyTimes = {},
  algorithm: number = Algorithm.ECDSAP256SHA256,
  crypto: Crypto = portableCrypto,
): ZoneKey {
  return new ZoneKey({ algorithm, privateKey: new Uint8Array(32).fill(octet), role, times }, crypto);
}

export function schedule(keys: readonly ZoneKey[], life: Partial<SignatureLife> = {}): KeySchedule {
  return new KeySchedule(keys, { ...DEFAULT_LIFE, ...life });
}

export interface SigningChange extends Partial<OnlineSignerOptions> {
  readonly keys?: readonly ZoneKey[];
}

export function testSigner({ keys, ...change }: SigningChange = {}): OnlineSigner {
  return new OnlineSigner({
    schedule: schedule(keys ?? [testKey(1)]),
    denial: 'compact',
    crypto: portableCrypto,
    epoch: EPOCH,
    ...change,
  });
}

export function signedZone(
  text: string,
  change: SigningChange = {},
  more: Partial<LoadZoneOptions> = {},
): Zone {
  return loadZone(text, { file: 'signed.zone', signer: testSigner(change), ...more });
}

/** Every case that a proof is for. */
export const CASES_ZONE = `$ORIGIN signed.example.
$TTL 300
@ SOA ns hostmaster 1 7200 1800 604800 60
@ NS ns
@ MX 10 mail
ns A 192.0.2.53
mail A 192.0.2.25
www A 192.0.2.80
alias CNAME www
b.deep A 192.0.2.7
*.wild A 192.0.2.99
*.wild TXT "wild"
old DNAME new
host.new A 192.0.2.90
plain NS ns.plain
ns.plain A 192.0.2.54
`;
