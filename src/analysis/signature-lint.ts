import { formatName } from '../codec/dns/name.ts';
import { formatDate } from '../codec/dns/date.ts';
import { keyTag } from '../codec/dns/rdata/dnskey.ts';
import { coveredType } from '../codec/dns/rdata/rrsig.ts';
import { Type, typeName } from '../codec/dns/registry.ts';
import { u16At, u32At } from '../core/bytes.ts';
import { ZONE } from '../core/rules/zone.ts';
import type { Zone } from '../store/zone.ts';
import { type ZoneRemark, remark } from './zone-remark.ts';

const WEEK_SECONDS = 7 * 86_400;

/** Signatures that end soon, and those of keys that nobody knows; each kind is said of the first set that has it, with how many. */
export function* lintSignatures(zone: Zone, nowSeconds: number): Generator<ZoneRemark> {
  const keys = zone.node(zone.apex)?.rrset(Type.DNSKEY);
  const tags = new Set(keys?.rdatas.map(keyTag));
  const ending = new Count();
  const unknown = new Count();
  for (const set of zone.rrsets()) {
    if (set.type !== Type.RRSIG) continue;
    for (const rdata of set.rdatas) {
      const name = `${formatName(set.owner)} ${typeName(coveredType(rdata))}`;
      // RFC 4034 §3.1.5: serial number arithmetic.
      const left = (u32At(rdata, 8) - nowSeconds) | 0;
      if (left < WEEK_SECONDS) ending.add(`${name}: ends ${formatDate(u32At(rdata, 8))}`);
      if (!tags.has(u16At(rdata, 16))) unknown.add(`${name}: key ${u16At(rdata, 16)}`);
    }
  }
  if (ending.first !== undefined)
    yield remark(
      ZONE.signatureEnds,
      'warning',
      zone.soa,
      ending.text,
      'signatures that hold for a week or more',
    );
  if (unknown.first !== undefined)
    yield remark(
      ZONE.unknownKey,
      'warning',
      zone.soa,
      unknown.text,
      'a DNSKEY at the apex with that key tag',
    );
}

class Count {
  first: string | undefined;
  #more = -1;

  add(text: string): void {
    this.first ??= text;
    this.#more++;
  }

  get text(): string {
    return this.#more > 0 ? `${this.first}, and ${this.#more} more` : (this.first ?? '');
  }
}
