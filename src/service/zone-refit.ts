import { Class, Type } from '../codec/dns/registry.ts';
import { ConfigError } from '../core/errors.ts';
import type { Steps } from '../core/steps.ts';
import type { RRset, Zone } from '../store/zone.ts';
import { type ZoneBuildOptions, ZoneBuilder } from '../store/zone-builder.ts';

/** What a signer puts at the top of a zone. */
const SIGNERS_OWN: ReadonlySet<number> = new Set([Type.DNSKEY, Type.CDS, Type.CDNSKEY]);
/** Sets that choose by the clock and not by a policy: they are a signer's, too. */
const TIMED: ReadonlySet<number> = new Set([Type.SOA, Type.DS, ...SIGNERS_OWN]);
/** About a millisecond's work. */
const STEP_SETS = 1_024;

/**
 * The records of `was`, which updates or a primary have made, with the keys and policies of a file that was read again; `was` itself where
 * there are neither, or where they do not fit together.
 */
export function* refittedSteps(was: Zone, file: Zone | undefined, build: ZoneBuildOptions): Steps<Zone> {
  const wasSigned = was.security !== undefined && was.soa.signatures === undefined;
  const policies = file === undefined ? [] : yield* policySteps(file);
  const isPlain = !wasSigned && build.signer === undefined && policies.length === 0;
  if (isPlain && (yield* policySteps(was)).length === 0) return was;
  const replaced = new Set(policies.map(keyOf));
  const builder = new ZoneBuilder({ ...build, apex: was.apex });
  const add = ({ owner, type, ttl, rdatas }: RRset): void => {
    const place = { file: build.file, line: 1, column: 1 };
    for (const rdata of rdatas) builder.add({ owner, type, class: Class.IN, ttl, rdata }, place);
  };
  try {
    let count = 0;
    for (const set of was.rrsets()) {
      if (++count % STEP_SETS === 0) yield;
      const isMade = wasSigned && SIGNERS_OWN.has(set.type) && set.owner.equals(was.apex);
      if (!isMade && !isPolicy(set) && !replaced.has(keyOf(set))) add(set);
    }
    for (const set of policies) {
      add(set);
      if (set.routing !== undefined) builder.route(set.owner, set.type, set.routing);
    }
    return yield* builder.buildSteps();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return was;
  }
}

function* policySteps(zone: Zone): Steps<readonly RRset[]> {
  const policies: RRset[] = [];
  let count = 0;
  for (const set of zone.rrsets()) {
    if (++count % STEP_SETS === 0) yield;
    if (isPolicy(set)) policies.push(set);
  }
  return policies;
}

function isPolicy({ routing, type }: RRset): boolean {
  return routing !== undefined && !TIMED.has(type);
}

function keyOf({ owner, type }: RRset): string {
  return `${type} ${owner.key}`;
}
