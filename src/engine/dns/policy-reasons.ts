import { formatName } from '../../codec/dns/name.ts';
import { typeName } from '../../codec/dns/registry.ts';
import type { Rule } from '../../core/rules.ts';
import { ROUTE } from '../../core/rules/route.ts';
import type { Forest } from '../../policy/dns/forest.ts';
import type { PolicyName } from '../../policy/dns/group.ts';
import type { Outcome, WalkListener } from '../../policy/dns/walk.ts';
import { isRead, type Reasons } from '../../store/routing.ts';

const RULES: Readonly<Record<PolicyName, Rule>> = {
  simple: ROUTE.simple,
  weighted: ROUTE.weighted,
  failover: ROUTE.failover,
  latency: ROUTE.latency,
  geolocation: ROUTE.geolocation,
  geoproximity: ROUTE.geoproximity,
  multivalue: ROUTE.multivalue,
  ip: ROUTE.network,
};

const FALLBACKS = {
  open: ROUTE.failOpen,
  nodata: ROUTE.allDownNoData,
  servfail: ROUTE.allDownServfail,
  threshold: ROUTE.threshold,
} as const;

/** Says why, step by step: one rule for each target come to and each group fallen back from. */
export class PolicyReasons implements WalkListener {
  readonly #forest: Forest;
  reasons: Reasons | undefined;
  #draw = '';

  constructor(forest: Forest) {
    this.#forest = forest;
  }

  entered(): void {
    this.#draw = '';
  }

  drew(_node: number, value: number, limit: number): void {
    if (this.reasons?.explains === true) this.#draw = `, drew ${value} of ${limit}`;
  }

  visited(): void {
    // What came of it is told.
  }

  refused(node: number, candidate: number, why: 'check' | 'branch'): void {
    this.#tell(why === 'check' ? ROUTE.unhealthy : ROUTE.branchLeft, node, candidate);
  }

  took(node: number, candidate: number): void {
    const { groups, targets } = this.#forest;
    const group = groups[node];
    if (targets[candidate]?.content.kind === 'alias') this.#tell(ROUTE.alias, node, candidate);
    this.#tell(group?.isSticky === true ? ROUTE.sticky : RULES[group?.policy ?? 'simple'], node, candidate);
  }

  fellBack(node: number, how: keyof typeof FALLBACKS): void {
    this.#tell(FALLBACKS[how], node, undefined);
  }

  left(node: number, outcome: Outcome): void {
    if (outcome === 'no-match') this.#tell(ROUTE.noMatch, node, undefined);
  }

  #tell(rule: Rule, node: number, candidate: number | undefined): void {
    const { reasons } = this;
    if (reasons === undefined) return;
    if (!isRead(reasons, rule)) return reasons.because(rule);
    const { groups, targets } = this.#forest;
    const group = groups[node];
    if (group === undefined) return;
    const target = candidate === undefined ? '' : `: ${targets[candidate]?.id ?? ''}${this.#draw}`;
    reasons.because(rule, `${formatName(group.owner)} ${typeName(group.type)} ${group.policy}${target}`);
    this.#draw = '';
  }
}
