import type { Rule } from '../../core/rules.ts';
import type { CauseResult, EvidenceResult } from '../../scenario/result.ts';
import type { Boot, LogMark } from './boot.ts';
import type { LogEntry } from './observed.ts';
import type { Mark } from './track.ts';

export type Cause = CauseResult;
export type Evidence = EvidenceResult;

/** What a detector finds; `DETECTORS` has them in the order of a boot. */
export interface Finding {
  readonly rule: Rule;
  readonly sure: 'certain' | 'likely';
  readonly what: string;
  readonly evidence: readonly (Evidence | undefined)[];
  readonly check: string;
  readonly affected: number;
}

const EVIDENCE_MAX = 8;

/** Certain before likely, then by how many suffer; of equals the one that comes earlier in a boot. */
export function rankCauses(findings: readonly Finding[], zero: number): readonly Cause[] {
  const rank = (one: Finding): number => (one.sure === 'certain' ? 0 : 1);
  return findings
    .toSorted((a, b) => rank(a) - rank(b) || b.affected - a.affected)
    .map(({ rule, sure, what, evidence, check, affected }) => ({
      id: rule.id,
      title: rule.says,
      sure,
      what,
      evidence: evidence
        .filter((one) => one !== undefined)
        .toSorted((a, b) => a.number - b.number)
        .filter((one, index, all) => one.number !== all[index - 1]?.number)
        .slice(0, EVIDENCE_MAX)
        .map(({ number, at, text }) => ({ number, at: at - zero, text })),
      check,
      learn: `headend explain ${rule.id}`,
      affected,
    }));
}

/** `cm[0], cm[1] and 3 more` */
export function namesOf(boots: readonly Boot[]): string {
  const names = boots.slice(0, NAMES_MAX).map(({ name }) => name);
  const more = boots.length - names.length;
  return more === 0 ? joined(names) : `${names.join(', ')} and ${more} more`;
}

const NAMES_MAX = 3;

function joined(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}

/** A packet as evidence: what it is, who sent it, and how far it came. */
export function packet(mark: Mark | undefined, what: string): Evidence | undefined {
  if (mark === undefined) return undefined;
  const { number, at, sender, receiver, segment, fate } = mark;
  const way = `${sender} to ${receiver ?? 'everybody'} on ${segment}`;
  return { number, at, text: `${what}: ${way}${FATES[fate]}` };
}

const FATES: Readonly<Record<Mark['fate'], string>> = {
  delivered: '',
  lost: ', lost there',
  faulted: ', taken by a fault',
  unheard: ', where nobody took it',
  overflow: ', dropped: the queue was full',
  limited: ', dropped by the limiter',
};

/** What a host said of itself as evidence. */
function logged(entry: { readonly rule: Rule; readonly mark: LogMark } | undefined): Evidence | undefined {
  if (entry === undefined) return undefined;
  const { rule, mark } = entry;
  const detail = mark.detail === undefined ? '' : ` (${mark.detail})`;
  return { number: mark.number, at: mark.at, text: `${mark.host} says ${rule.id}: ${rule.says}${detail}` };
}

/** The first client of which a rule is logged, as evidence. */
export function firstLogged(boots: readonly Boot[], rule: Rule): Evidence | undefined {
  for (const { log } of boots) {
    const entry = log.get(rule);
    if (entry !== undefined) return logged({ rule, mark: entry.mark });
  }
  return undefined;
}

/** What a server or router logged, with how often. */
export function hostLogged(
  found: { readonly count: number; readonly first: LogEntry } | undefined,
): Evidence | undefined {
  if (found === undefined) return undefined;
  const evidence = logged(found.first);
  return (
    evidence && { ...evidence, text: `${evidence.text}${found.count > 1 ? ` (${found.count} times)` : ''}` }
  );
}
