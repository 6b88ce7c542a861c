import type { Rule } from '../rules.ts';
import { TFTP_RULES } from './tftp.ts';
import { TOD_RULES } from './tod.ts';

/** Every rule there is, protocol by protocol, each in the order of its file. */
export const CATALOGUE: readonly Rule[] = [TFTP_RULES, TOD_RULES].flatMap((rules) =>
  Object.values<Rule>(rules),
);

const BY_ID: ReadonlyMap<string, Rule> = new Map(CATALOGUE.map((rule) => [rule.id, rule]));

/** The rule of an id such as `HE-DHCP-014`; undefined when there is none. */
export function ruleById(id: string): Rule | undefined {
  return BY_ID.get(id);
}
