import { formatName, type Name } from '../../codec/dns/name.ts';
import { NameHashes } from '../../codec/dns/name-hash.ts';
import { Type, typeName } from '../../codec/dns/registry.ts';
import type { Rule } from '../../core/rules.ts';
import { DNS } from '../../core/rules/dns.ts';
import { ROUTE } from '../../core/rules/route.ts';
import type { Instant } from '../../core/time.ts';
import type { Asker, Reasons, Routing } from '../../store/routing.ts';
import type { Zone, ZoneNode } from '../../store/zone.ts';
import type { ZoneSet } from '../../store/zone-set.ts';
import { type PolicyExplanation, PolicyRouting } from './policy-routing.ts';
import type { WhatIf } from './what-if.ts';

/** Where one name of a question's chain stands in the zones of the server. */
export interface Standing {
  readonly zone: string;
  readonly serial: number;
  /** The longest name above it, or itself, that exists: RFC 4592 §3.3.1. */
  readonly closestEncloser: string;
  readonly exists: boolean;
  /** Types at the name itself, or at the wildcard that stands in for it. */
  readonly types: readonly string[];
  readonly wildcard: string | undefined;
  /** The cut or the DNAME that hides it. */
  readonly hiddenBy: { readonly kind: 'cut' | 'dname'; readonly name: string } | undefined;
}

export interface ReasonGiven {
  readonly id: string;
  readonly says: string;
  readonly detail: string | undefined;
}

/** One name on the way from the question to the answer: the first is the question's own. */
export interface LinkExplanation {
  readonly name: string;
  /** Undefined: no zone of this server has it. */
  readonly standing: Standing | undefined;
  readonly policy: PolicyExplanation | undefined;
  /** Where an answer was wished for: what must change for its policy to give it. */
  readonly whatIf: WhatIf | undefined;
  readonly reasons: readonly ReasonGiven[];
}

/** Data that somebody would like to be given. */
export interface Wanted {
  readonly type: number;
  readonly rdata: Uint8Array;
}

interface Link {
  policy: PolicyExplanation | undefined;
  whatIf: WhatIf | undefined;
  readonly reasons: ReasonGiven[];
  isFollowed: boolean;
}

/** Listens to one answer being made and keeps all that led to it. */
export class AnswerRecorder implements Reasons {
  readonly explains = true;
  readonly #links: Link[] = [];
  readonly #now: Instant;
  readonly #wanted: Wanted | undefined;

  constructor(now: Instant, wanted?: Wanted) {
    this.#now = now;
    this.#wanted = wanted;
  }

  because(rule: Rule, detail?: string): void {
    // What was chosen for a network goes alone: that is said of the alias, not of what is behind it.
    const link = rule === ROUTE.aliasAlone ? this.#last() : this.#open();
    link.reasons.push({ id: rule.id, says: rule.says, detail });
    if (rule === DNS.cname || rule === DNS.dname) link.isFollowed = true;
  }

  asked(routing: Routing, zone: Zone, asker: Asker): void {
    if (!(routing instanceof PolicyRouting)) return;
    const link = this.#open();
    link.policy = routing.explain(zone, asker);
    if (this.#wanted?.type === routing.type) link.whatIf = routing.whatIf(zone, asker, this.#wanted.rdata);
  }

  /** `aliases` are the targets of the aliases in the answer, in its order: the names of the chain. */
  links(zones: ZoneSet, qname: Name, qtype: number, aliases: readonly Name[]): LinkExplanation[] {
    return this.#links.map(({ policy, whatIf, reasons }, index) => {
      const name = index === 0 ? qname : aliases[index - 1];
      return {
        name: name === undefined ? (policy?.name ?? '') : formatName(name),
        standing: name && standingOf(zones, name, qtype, this.#now),
        policy,
        whatIf,
        reasons,
      };
    });
  }

  #last(): Link {
    return this.#links.at(-1) ?? this.#begin();
  }

  #open(): Link {
    const last = this.#last();
    return last.isFollowed ? this.#begin() : last;
  }

  #begin(): Link {
    const link: Link = { policy: undefined, whatIf: undefined, reasons: [], isFollowed: false };
    this.#links.push(link);
    return link;
  }
}

function standingOf(zones: ZoneSet, name: Name, qtype: number, now: Instant): Standing | undefined {
  const hashes = new NameHashes();
  hashes.read(name.octets, 0);
  const zone = zones.find(name.octets, hashes, qtype)?.zone;
  const node = zone?.closest(name.octets, hashes);
  if (zone === undefined || node === undefined) return undefined;
  const exists = node.labelCount === hashes.labelCount;
  const veil = hidingOf(node, exists, qtype);
  const wildcard = exists || veil !== undefined ? undefined : node.wildcard;
  const shown = exists ? node : wildcard;
  return {
    zone: formatName(zone.apex),
    serial: zone.serialAt(now),
    closestEncloser: formatName(node.name),
    exists,
    types: shown?.rrsets.map(({ type }) => typeName(type)) ?? [],
    wildcard: wildcard && formatName(wildcard.name),
    hiddenBy: veil && { kind: veil.kind, name: formatName(veil.name) },
  };
}

/** As the authority looks: DS belongs to the parent's side of a cut (RFC 4035 §3.1.4.1). */
function hidingOf(node: ZoneNode, exists: boolean, qtype: number) {
  if (exists && node.isCut && qtype === Type.DS) return undefined;
  return exists && !node.isCut ? node.veil : node.veilBelow;
}
