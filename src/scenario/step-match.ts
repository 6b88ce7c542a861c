import type { NameInText, PacketStep, Step } from '../config/step.ts';
import type { HostSpec } from '../core/driver.ts';
import type { Rule } from '../core/rules.ts';
import type { PacketFacts } from './packet.ts';
import type { PlantIndex } from './plant.ts';

/** Who a step speaks of: anybody, the member whose sequence it is, or certain hosts. */
type Party =
  | { readonly kind: 'anybody' }
  | { readonly kind: 'member' }
  | { readonly kind: 'hosts'; readonly hosts: ReadonlySet<HostSpec> };

/** A packet with its names looked up. */
export interface ReadyPacket {
  readonly kind: 'packet';
  readonly step: PacketStep;
  readonly from: Party;
  readonly to: Party;
}

/** A step with its names looked up. */
export type ReadyStep =
  | ReadyPacket
  | { readonly kind: 'state'; readonly text: string; readonly who: Party; readonly state: string }
  | {
      readonly kind: 'rule';
      readonly text: string;
      readonly who: Party;
      readonly rule: string;
      readonly words: readonly string[];
    };

export function readyPacket(step: PacketStep, each: string | undefined, plant: PlantIndex): ReadyPacket {
  return { kind: 'packet', step, from: partyOf(step.from, each, plant), to: partyOf(step.to, each, plant) };
}

export function readyStep(step: Step, each: string | undefined, plant: PlantIndex): ReadyStep {
  if (step.kind === 'state')
    return { kind: 'state', text: step.text, who: partyOf(step.who, each, plant), state: step.state };
  if (step.kind === 'rule') {
    const { kind, text, rule, words } = step;
    return { kind, text, who: partyOf(step.who, each, plant), rule, words };
  }
  return readyPacket(step, each, plant);
}

export function stepText(ready: ReadyStep): string {
  return ready.kind === 'packet' ? ready.step.text : ready.text;
}

/** Whether a step names the member itself; otherwise any packet between the others may be it. */
export function speaksOfMember(ready: ReadyStep): boolean {
  if (ready.kind !== 'packet') return ready.who.kind === 'member';
  return ready.from.kind === 'member' || ready.to.kind === 'member';
}

function partyOf({ name }: NameInText, each: string | undefined, plant: PlantIndex): Party {
  if (name === '*') return { kind: 'anybody' };
  if (name === each) return { kind: 'member' };
  return { kind: 'hosts', hosts: new Set(plant.named(name)) };
}

export function isParty(party: Party, host: HostSpec | undefined, member: HostSpec | undefined): boolean {
  switch (party.kind) {
    case 'anybody':
      return true;
    case 'member':
      return host === member;
    case 'hosts':
      return host !== undefined && party.hosts.has(host);
  }
  return party satisfies never;
}

/** `no`: another packet. A text: the packet that was waited for, but this field is not as it should be. */
export type Match = 'yes' | 'no' | { readonly differs: string };

/** Whether a reason is by this rule and speaks of all the words. */
export function isReason(
  wanted: { readonly rule: string; readonly words: readonly string[] },
  rule: Rule,
  detail: string | undefined,
): boolean {
  return rule.id === wanted.rule && wanted.words.every((word) => detail?.includes(word) === true);
}

/** Compares a packet that has arrived with a step; captures are kept only when all fields hold. */
export function matchPacket(
  ready: ReadyPacket,
  facts: PacketFacts,
  member: HostSpec | undefined,
  captures: Map<string, string>,
): Match {
  const { step, from, to } = ready;
  if (facts.protocol !== step.protocol || !isParty(from, facts.from, member)) return 'no';
  if (!reaches(to, facts, member)) return 'no';
  if (step.packet !== undefined && facts.kind !== step.packet) return 'no';
  const fresh: [string, string][] = [];
  for (const { name, match } of step.fields) {
    const value = facts.fields.get(name);
    if (value === undefined) return { differs: `it has no ${name}` };
    if (match.kind === 'present') continue;
    const known = match.kind === 'is' ? match.value : captures.get(match.name);
    if (known === undefined && match.kind === 'capture') fresh.push([match.name, value]);
    else if (value !== known) return { differs: `${name} is ${value}, not ${known}` };
  }
  for (const [name, value] of fresh) captures.set(name, value);
  return 'yes';
}

/** A packet for everybody on a segment reaches each host that stands there. */
function reaches(party: Party, facts: PacketFacts, member: HostSpec | undefined): boolean {
  if (facts.to !== undefined) return isParty(party, facts.to, member);
  const { segment } = facts.event;
  const stands = (host: HostSpec): boolean => host.interfaces.some((one) => one.segment === segment);
  if (party.kind === 'hosts') return [...party.hosts].some(stands);
  return party.kind === 'anybody' || (member !== undefined && stands(member));
}
