import type { DnsServiceConfig } from '../config/scenario.ts';
import { ScenarioError } from '../config/mistakes.ts';
import type { ZoneConfig } from '../config/dns-settings.ts';
import type { DnssecConfig, SigningKeyConfig } from '../config/zone-signing.ts';
import { Name, parseName } from '../codec/dns/name.ts';
import { ConfigError, bug } from '../core/errors.ts';
import { Random, streamKey } from '../core/random.ts';
import { utf8Text } from '../core/text.ts';
import { SECOND } from '../core/time.ts';
import { type KeyTimes, ZoneKey } from '../engine/dnssec/key.ts';
import { readKeys } from '../engine/dnssec/key-pair.ts';
import type { TrustAnchor } from '../engine/dnssec/key-chain.ts';
import { type SignedChild, dsRecords } from '../engine/dnssec/made-sets.ts';
import { DEFAULT_LIFE, KeySchedule } from '../engine/dnssec/schedule.ts';
import { SignedCopies } from '../engine/dnssec/copies.ts';
import { OnlineSigner } from '../engine/dnssec/signer.ts';
import { nameAt } from './name-at.ts';
import type { World } from './world.ts';

const KEY_OCTETS = 32;

/** What signs a zone, and what its secondaries are given; undefined where its server does not sign, or it has none. */
export interface ZoneSigning {
  readonly signer: OnlineSigner | undefined;
  readonly copies: SignedCopies | undefined;
}

const UNSIGNED: ZoneSigning = { signer: undefined, copies: undefined };

export type ZoneSignings = (zone: ZoneConfig) => ZoneSigning;

/** Of each zone of a server; made once, since what answers and what transfers share it. */
export function zoneSignings({ name, zones }: DnsServiceConfig, world: World): ZoneSignings {
  const made = new Map(zones.map((zone) => [zone, zoneSigning(zone, name, world)]));
  return (zone) => made.get(zone) ?? UNSIGNED;
}

function zoneSigning(zone: ZoneConfig, server: string, world: World): ZoneSigning {
  const { dnssec, peers } = zone;
  if (dnssec === undefined) return UNSIGNED;
  const { crypto, epoch } = world;
  const children = dnssec.children.map(({ apex, ds }): SignedChild => {
    const name = nameAt(`services.${server}.zones`, apex);
    const child = signedZone(name, world) ?? bug(`config let the child ${apex} pass`);
    return {
      apex: name,
      schedule: scheduleOf(name, child, world),
      ds: ds === 'follow' ? ds : startSeconds(world),
    };
  });
  const apex = nameAt(`services.${server}.zones`, zone.apex);
  const parts = { schedule: scheduleOf(apex, dnssec, world), crypto, epoch, children };
  const copies = peers.allowTransfer && new SignedCopies({ ...parts, apex });
  return { signer: new OnlineSigner({ ...parts, denial: dnssec.denial, copies }), copies };
}

/** What somebody knows of a zone who was told its keys at the start. */
export function anchorOf(apex: string, world: World): TrustAnchor {
  const zone = nameAt('trust-anchors', apex);
  const config = signedZone(zone, world) ?? bug(`config let the trust anchor ${apex} pass`);
  const keys = scheduleOf(zone, config, world).wanted(startSeconds(world));
  return { zone, ds: keys.flatMap((key) => dsRecords(zone, key, world.crypto)) };
}

function signedZone(apex: Name, { scenario }: World): DnssecConfig | undefined {
  const servers = scenario.services.filter((service): service is DnsServiceConfig => service.kind === 'dns');
  for (const { zones } of servers)
    for (const zone of zones) {
      const name = parseName(zone.apex);
      if (zone.dnssec !== undefined && name instanceof Name && name.equals(apex)) return zone.dnssec;
    }
  return undefined;
}

/** Seconds since 1970 at which the run begins. */
function startSeconds({ scenario, startUs }: World): number {
  return Math.floor((startUs ?? scenario.epochUs) / SECOND);
}

/** The keys of a zone and their times. */
function scheduleOf(apex: Name, config: DnssecConfig, world: World): KeySchedule {
  const { validitySeconds, renewSeconds, jitterSeconds } = config;
  return new KeySchedule([...keysOfFiles(apex, config.keys, world), ...madeKeys(apex, config.keys, world)], {
    validitySeconds: validitySeconds ?? DEFAULT_LIFE.validitySeconds,
    renewSeconds: renewSeconds ?? DEFAULT_LIFE.renewSeconds,
    jitterSeconds: jitterSeconds ?? DEFAULT_LIFE.jitterSeconds,
    backdateSeconds: DEFAULT_LIFE.backdateSeconds,
  });
}

function keysOfFiles(apex: Name, keys: readonly SigningKeyConfig[], world: World): ZoneKey[] {
  const { contents, crypto } = world;
  const texts = keys.flatMap((key) => {
    if (key.kind !== 'files') return [];
    const publicText = utf8Text(contents.octets(key.publicFile));
    return [{ file: key.name, publicText, privateText: utf8Text(contents.octets(key.privateFile)) }];
  });
  try {
    return readKeys(apex, texts, crypto);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const [, file = error.path, line = '1', column = '1'] = /^(.*):(\d+):(\d+)$/.exec(error.path) ?? [];
    const hint = `expected ${error.expected}`;
    throw new ScenarioError(file, [
      { line: Number(line), column: Number(column), path: '', message: error.found, hint },
    ]);
  }
}

/** Keys that anybody with the file can make: good for a lesson, and for nothing else. */
function madeKeys(apex: Name, keys: readonly SigningKeyConfig[], world: World): ZoneKey[] {
  const { scenario, crypto, seed, reloads } = world;
  const start = startSeconds(world);
  return keys.flatMap((key, index) => {
    if (key.kind !== 'made') return [];
    if (reloads === true)
      throw new ScenarioError(scenario.fileName, [
        {
          ...key.place,
          path: '',
          message: 'a key made of the seed is known to everybody who has this file',
          hint: 'make one with `headend zone keygen`, and name its files here',
        },
      ]);
    const random = new Random(streamKey(seed, `${apex.key} key ${index}`));
    const privateKey = Uint8Array.from({ length: KEY_OCTETS }, () => random.below(256));
    // The order of P-256 begins with 32 ones: what begins with a zero is below it.
    privateKey[0] = (privateKey[0] ?? 0) & 0x7f;
    const times = Object.fromEntries(
      Object.entries(key.times).map(([word, at]) => [word, at === undefined ? undefined : start + at]),
    ) as KeyTimes;
    const { role, algorithm } = key;
    return [new ZoneKey({ algorithm, privateKey, role, times }, crypto)];
  });
}
