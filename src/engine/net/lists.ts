import { FW } from '../../core/rules/firewall.ts';
import type { Effects, Plain } from '../../core/service.ts';
import { type AccessLine, type AccessList, lineFor } from '../../policy/access-list.ts';
import { type Flow, formatFlow } from './flow.ts';
import type { IcmpFacts } from './icmp.ts';
import type { Telling } from './telling.ts';

/** A packet as it comes before a list: on which wire, and which way. */
export interface Asked {
  readonly flow: Flow;
  /** Such as `in at lan`. */
  readonly place: string;
  /** TCP's control bits. */
  readonly flags: number;
  readonly icmp: IcmpFacts | undefined;
}

/** The access lists of a router at work, and how often each of their lines has decided. */
export class Lists {
  readonly #telling: Telling;
  readonly #matches = new Map<AccessLine, number>();
  readonly #lists: readonly AccessList[];

  constructor(lists: readonly AccessList[], telling: Telling) {
    this.#lists = lists;
    this.#telling = telling;
  }

  /** Whether the list, if there is one, lets the packet pass; what it does not is dropped here. */
  permits(list: AccessList | undefined, { flow, place, flags, icmp }: Asked, effects: Effects): boolean {
    if (list === undefined) return true;
    const line = lineFor(list, { ...flow, flags, icmpType: icmp?.type ?? 0, icmpCode: icmp?.code ?? 0 });
    const what = effects.explains ? formatFlow(flow) : '';
    if (line === undefined) {
      this.#telling.drop(effects, FW.deniedByEnd, `list ${list.name} ${place}, its end: ${what}`);
      return false;
    }
    this.#matches.set(line, (this.#matches.get(line) ?? 0) + 1);
    const where = effects.explains ? `list ${list.name} ${place}, line ${line.number} "${line.text}"` : '';
    if (line.log) effects.because(FW.logged, effects.explains ? `${where}: ${what}` : undefined);
    if (line.action === 'deny') this.#telling.drop(effects, FW.denied, `${where}: ${what}`);
    else this.#telling.say(effects, FW.permitted, where);
    return line.action === 'permit';
  }

  /** Each line with the number of packets it has decided about. */
  show(): Plain {
    return this.#lists.map(({ name, lines }) => ({
      name,
      lines: lines.map((line) => ({
        number: line.number,
        text: line.text,
        matches: this.#matches.get(line) ?? 0,
      })),
    }));
  }
}
