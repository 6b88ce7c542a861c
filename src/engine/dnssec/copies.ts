import type { Name } from '../../codec/dns/name.ts';
import { soaSerial, withSerial } from '../../codec/dns/rdata/soa.ts';
import type { ResourceRecord } from '../../codec/dns/record.ts';
import { Class, Type } from '../../codec/dns/registry.ts';
import { toHex } from '../../core/bytes.ts';
import type { Crypto } from '../../core/crypto.ts';
import { utf8Octets } from '../../core/text.ts';
import type { Epoch, Instant } from '../../core/time.ts';
import { RRset, type Zone } from '../../store/zone.ts';
import { Editions, serialOffset } from './editions.ts';
import type { ZoneKey } from './key.ts';
import { type SignedChild, secondsAt } from './made-sets.ts';
import { type KeySchedule, phaseOf } from './schedule.ts';
import { SignatureCache } from './signature-cache.ts';
import { type WholeStep, signZoneSteps } from './whole.ts';

/** Of a zone up to half as many names, all are shared by the secondaries that come for it; of a longer one, each makes its own. */
const SIGNATURES_MAX = 65_536;

export interface SignedCopiesOptions {
  readonly apex: Name;
  readonly schedule: KeySchedule;
  readonly children?: readonly SignedChild[] | undefined;
  readonly crypto: Pick<Crypto, 'sha1' | 'sha256' | 'sha384'>;
  readonly epoch: Epoch;
}

/**
 * What secondaries are given of a zone that is signed when it is asked: all of it, signed as of now, with a chain of NSEC. They follow by
 * the serial, which is that of the zone and the minutes from 1970 to the beginning of the edition.
 */
export class SignedCopies {
  readonly editions: Editions;
  readonly #options: SignedCopiesOptions;
  readonly #phase: number;
  readonly #cache = new SignatureCache(SIGNATURES_MAX);
  /** The SOA as it is served, by the one it is made of. */
  readonly #soas = new WeakMap<RRset, { readonly since: number; readonly served: RRset }>();

  constructor(options: SignedCopiesOptions) {
    const { apex, schedule, epoch } = options;
    this.#options = options;
    this.#phase = phaseOf(apex, Type.SOA);
    this.editions = new Editions(schedule, this.#phase, epoch);
  }

  /** The SOA of the zone, or of its negative answers, as everybody is told it. */
  soaAt(soa: RRset, now: Instant): RRset {
    const edition = this.editions.at(now);
    const known = this.#soas.get(soa);
    if (known?.since === edition.since) return known.served;
    const rdata = withSerial(soa.only, (soaSerial(soa.only) + serialOffset(edition)) >>> 0);
    const served = new RRset(soa.owner, Type.SOA, soa.ttl, [rdata]);
    this.#soas.set(soa, { since: edition.since, served });
    return served;
  }

  /** A SOA that somebody was told, or who goes on from it, as the zone itself has it; other records as they are. */
  ownRecord(record: ResourceRecord, now: Instant): ResourceRecord {
    const { owner, type, rdata } = record;
    if (type !== Type.SOA || record.class !== Class.IN || !owner.equals(this.#options.apex)) return record;
    const serial = (soaSerial(rdata) - serialOffset(this.editions.at(now))) >>> 0;
    return { ...record, rdata: withSerial(rdata, serial) };
  }

  /** From SOA to SOA (RFC 5936 §2.2), with a rest after each turn's work. */
  *records(zone: Zone, now: Instant): Generator<WholeStep, undefined> {
    const { schedule, crypto, epoch } = this.#options;
    const soa = this.soaAt(zone.soa, now);
    // Not as of the edition: what has changed within the minute is there already, and fetched again when the serial says so.
    const seconds = secondsAt(now, epoch);
    yield* signZoneSteps(zone, { schedule, seconds, crypto, soa, phase: this.#phase, cache: this.#cache });
    yield { owner: soa.owner, type: Type.SOA, class: Class.IN, ttl: soa.ttl, rdata: soa.only };
  }

  /** The same for all that signs alike: a start with another one begins an edition. */
  get fingerprint(): string {
    const { schedule, children = [], crypto } = this.#options;
    const parts = [
      ...scheduleText(schedule),
      ...children.flatMap((child) => [child.apex.key, `${child.ds}`, ...scheduleText(child.schedule)]),
    ];
    return toHex(crypto.sha256(utf8Octets(parts.join('\n'))));
  }
}

function scheduleText({ keys, life }: KeySchedule): string[] {
  return [JSON.stringify(life), ...keys.map(keyText)];
}

function keyText({ rdata, role, times }: ZoneKey): string {
  const { publish, activate, inactive, delete: gone, syncPublish, syncDelete } = times;
  const moments = [publish, activate, inactive, gone, syncPublish, syncDelete].map((at) => at ?? '');
  return `${toHex(rdata)} ${role} ${moments.join(',')}`;
}
