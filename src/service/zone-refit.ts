import { Class, Type } from '../codec/dns/registry.ts';
import { ConfigError } from '../core/errors.ts';
import type { RRset, Zone } from '../store/zone.ts';
import { type ZoneBuildOptions, ZoneBuilder } from '../store/zone-builder.ts';

/** What a signer puts at the top of a zone. */
const SIGNERS_OWN: ReadonlySet<number> = new Set([Type.DNSKEY, Type.CDS, Type.CDNSKEY]);
/** Sets that choose by the clock and not by a policy: they are a signer's, too. */
const TIMED: ReadonlySet<number> = new Set([Type.SOA, Type.DS, ...SIGNERS_OWN]);

/**
 * The records of `was`, which updates or a primary have made, with the keys and policies of a file that was read again; `was` itself where
 * there are neither, or where they do not fit together.
 */
export function refitted(was: Zone, file: Zone | undefined, build: ZoneBuildOptions): Zone {
  const wasSigned = was.security !== undefined && was.soa.signatures === undefined;
  const policies = file === undefined ? [] : policySets(file);
  if (!wasSigned && build.signer === undefined && policies.length === 0 && policySets(was).length === 0)
    return was;
  const builder = new ZoneBuilder({ ...build, apex: was.apex });
  const add = ({ owner, type, ttl, rdatas }: RRset): void => {
    const place = { file: build.file, line: 1, column: 1 };
    for (const rdata of rdatas) builder.add({ owner, type, class: Class.IN, ttl, rdata }, place);
  };
  try {
    for (const set of was.rrsets()) {
      const isMade = wasSigned && SIGNERS_OWN.has(set.type) && set.owner.equals(was.apex);
      if (!isMade && !isPolicy(set) && !policies.some((policy) => isSameSet(policy, set))) add(set);
    }
    for (const set of policies) {
      add(set);
      if (set.routing !== undefined) builder.route(set.owner, set.type, set.routing);
    }
    return builder.build();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return was;
  }
}

function policySets(zone: Zone): readonly RRset[] {
  return Array.from(zone.rrsets()).filter(isPolicy);
}

function isPolicy({ routing, type }: RRset): boolean {
  return routing !== undefined && !TIMED.has(type);
}

function isSameSet(a: RRset, b: RRset): boolean {
  return a.type === b.type && a.owner.equals(b.owner);
}
