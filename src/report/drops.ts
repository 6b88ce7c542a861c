import type { Rule } from '../core/rules.ts';
import { FW } from '../core/rules/firewall.ts';
import { NAT } from '../core/rules/nat.ts';

const DROPS: ReadonlySet<string> = new Set(
  [
    FW.denied,
    FW.deniedByEnd,
    FW.noState,
    FW.unrelated,
    FW.tableFull,
    FW.malformed,
    NAT.noMapping,
    NAT.filtered,
    NAT.portsFull,
    NAT.hairpinOff,
  ].map((rule: Rule) => rule.id),
);

/** Whether it is the rule by which a firewall or NAT has dropped the packet that it was handed last. */
export function isDrop(rule: string): boolean {
  return DROPS.has(rule);
}

/** Whether a router gave it for what it let go on: then what it said is worth reading beside the packet. */
export function isPassage(rule: string): boolean {
  return /^HE-(?:FW|NAT)-/.test(rule);
}

/** Packets that are remembered; the oldest are forgotten. */
const PACKETS_MAX = 4_096;

/**
 * Whose a packet is, behind a router that has given it other addresses, and what a router says of the packet that it has
 * just been handed: a packet keeps its number on its way, and a reason follows its packet.
 */
export class Trail<Owner> {
  readonly #byPacket = new Map<number, Owner>();
  #last: { readonly receiver: string; readonly owner: Owner } | undefined;

  /** A crossing: `known` is whose it is by its own ends. */
  crossing(packet: number, receiver: string | undefined, known: Owner | undefined): Owner | undefined {
    const owner = known ?? this.#byPacket.get(packet);
    this.#last = undefined;
    if (owner === undefined) return undefined;
    if (receiver !== undefined) this.#last = { receiver, owner };
    this.#byPacket.set(packet, owner);
    if (this.#byPacket.size <= PACKETS_MAX) return owner;
    for (const oldest of this.#byPacket.keys()) {
      this.#byPacket.delete(oldest);
      break;
    }
    return owner;
  }

  /** Whose packet a host speaks of now. */
  spokenOf(host: string): Owner | undefined {
    return this.#last?.receiver === host ? this.#last.owner : undefined;
  }
}
