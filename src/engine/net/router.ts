import { formatEndpoint } from '../../core/address.ts';
import type { RouteSpec } from '../../core/driver.ts';
import type { Rule } from '../../core/rules.ts';
import { FW } from '../../core/rules/firewall.ts';
import { NAT } from '../../core/rules/nat.ts';
import type { Effects, InterfaceAddress, PacketInput, Plain } from '../../core/service.ts';
import { earlier, type Instant } from '../../core/time.ts';
import type { AccessList } from '../../policy/access-list.ts';
import { Expectations } from './expectations.ts';
import { copyOf, type Flow, flowKey, formatFlow, reversed, withFrom, withTo } from './flow.ts';
import { Helpers } from './helpers.ts';
import { type IcmpFacts, readIcmp, withIdentifier, withQuoted } from './icmp.ts';
import { Lists } from './lists.ts';
import { type Binding, type NatOptions, PortTable } from './nat.ts';
import { type Direction, Session, SessionTable, type Timeouts } from './sessions.ts';
import { followTcp } from './tcp-phase.ts';
import { tablesOf, tableText } from './tables.ts';
import { Telling } from './telling.ts';
import { NO_WAY, OWN, Ways } from './ways.ts';

export interface RouterInterface {
  readonly name: string;
  readonly addresses: readonly InterfaceAddress[];
  /** For what comes in here, with the addresses that it has on this wire. */
  readonly inbound?: AccessList | undefined;
  /** For what leaves here, with the addresses that it then has. */
  readonly outbound?: AccessList | undefined;
}

export interface RouterOptions {
  /** In the order of the host's interfaces. */
  readonly interfaces: readonly RouterInterface[];
  readonly routes: readonly RouteSpec[];
  /** Whether what belongs to a session passes without asking the lists. */
  readonly stateful: boolean;
  /** Sessions at one time. */
  readonly entriesMax: number;
  readonly timeouts: Timeouts;
  readonly nat?: NatOptions | undefined;
  /** The helpers (ALG) that are on. */
  readonly helpers: readonly ('ftp' | 'tftp')[];
}

/** What a new flow becomes on the other side, and what that takes. */
interface Translation {
  readonly flow: Flow;
  readonly bindings: readonly Binding[];
  readonly rule: Rule | undefined;
}

/** Where a packet is in its way through the router. */
interface Passage {
  readonly input: PacketInput;
  readonly icmp: IcmpFacts | undefined;
  readonly now: Instant;
  readonly effects: Effects;
}

/**
 * A router with access lists, a state table, and address and port translation: each packet is let go on, as it is or
 * changed, or dropped without a word. The order is that of most routers: list of the way in, translation of the
 * destination, route, translation of the source, list of the way out. The driver says what it says of any router: no route,
 * time exceeded.
 */
export class Router {
  readonly #options: RouterOptions;
  readonly #ways: Ways;
  readonly #sessions: SessionTable;
  readonly #ports: PortTable | undefined;
  readonly #expectations = new Expectations();
  readonly #helpers: Helpers;
  /** Sessions are kept where anything depends on them. */
  readonly #keepsSessions: boolean;
  readonly #telling = new Telling();
  readonly #lists: Lists;

  constructor(options: RouterOptions) {
    this.#options = options;
    this.#ways = new Ways(options.interfaces, options.routes);
    this.#sessions = new SessionTable(options.entriesMax, options.timeouts);
    this.#ports = options.nat && new PortTable(options.nat);
    this.#keepsSessions = options.stateful || options.nat !== undefined;
    const lists = options.interfaces.flatMap(({ inbound, outbound }) =>
      [inbound ?? [], outbound ?? []].flat(),
    );
    this.#lists = new Lists([...new Set(lists)], this.#telling);
    this.#helpers = new Helpers(options.helpers, this.#expectations, this.#ports);
  }

  /** Throws `DecodeError`, having done nothing, for ICMP that cannot be read. */
  receive(input: PacketInput, now: Instant, effects: Effects): void {
    this.#telling.begin();
    const ends = { source: input.from.address, destination: input.to.address };
    const icmp = input.protocol === 'icmp' ? readIcmp(input.octets, ends) : undefined;
    const passage = { input, icmp, now, effects };
    if (icmp?.isError === true && this.#keepsSessions) return this.#error(passage, icmp);
    const flow = flowOf(input, icmp);
    const known = this.#keepsSessions ? this.#sessions.find(flowKey(flow)) : undefined;
    if (known !== undefined && !this.#beginsAnew(known.session, input))
      return this.#continue(known.session, known.direction, passage);
    if (known !== undefined) this.#remove(known.session, effects);
    this.#begin(flow, passage);
  }

  deadline(): Instant {
    return earlier(this.#sessions.deadline(), this.#expectations.deadline());
  }

  wake(now: Instant, effects: Effects): void {
    let expected = this.#expectations.expired(now);
    for (; expected !== undefined; expected = this.#expectations.expired(now))
      if (expected.binding !== undefined) this.#ports?.release(expected.binding);
    for (;;) {
      const session = this.#sessions.expired(now);
      if (session === undefined) return;
      effects.because(
        FW.expired,
        effects.explains ? `session ${session.number}, ${formatFlow(session.forth)}` : undefined,
      );
      this.#remove(session, effects);
    }
  }

  dropMalformed(effects: Effects, detail: string | undefined): void {
    this.#telling.drop(effects, FW.malformed, detail ?? '');
  }

  /** What the router remembers, for people; also said as a reason, so that it stands in ladders. */
  show(now: Instant, effects: Effects): Plain {
    if (effects.explains) effects.because(FW.shown, tableText(this.#sessions, this.#ports));
    const { passed, dropped } = this.#telling;
    return { passed, dropped, lists: this.#lists.show(), ...tablesOf(this.#sessions, this.#ports, now) };
  }

  /** RFC 9293 §3.6.1: a SYN for what is over, or never opened, begins anew. */
  #beginsAnew(session: Session, { protocol, flags }: PacketInput): boolean {
    const isSyn = (flags & SYN_ACK_RST) === SYN;
    return protocol === 'tcp' && isSyn && (session.phase === 'both-fins' || session.phase === 'reset');
  }

  #continue(session: Session, direction: Direction, passage: Passage): void {
    const { input, now, effects } = passage;
    if (!this.#options.stateful && !this.#mayEnter(input, passage)) return;
    const onward = session.onward(direction);
    const out = this.#ways.wayOut(onward.to.address);
    if (!this.#options.stateful && !this.#mayLeave(onward, out, passage)) return;
    if (this.#options.stateful)
      this.#telling.say(
        effects,
        FW.stateMatched,
        effects.explains
          ? `session ${session.number}, ${direction === 'forth' ? 'on its way' : 'the answer'}`
          : '',
      );
    if (session.isTranslated)
      this.#telling.translated(effects, NAT.translated, {
        before: flowOf(input, passage.icmp),
        later: onward,
      });
    if (input.protocol === 'tcp') followTcp(session, direction, input.flags);
    this.#sessions.touch(session, now);
    this.#letGo(session, direction, onward, passage);
  }

  #begin(flow: Flow, passage: Passage): void {
    const { input, now, effects } = passage;
    const expected = this.#keepsSessions ? this.#expectations.take(flow, now) : undefined;
    if (expected !== undefined) {
      const { binding, helper } = expected;
      this.#telling.say(effects, FW.expected, effects.explains ? `${helper}: ${formatFlow(flow)}` : '');
      const translation =
        binding === undefined
          ? this.#translate(flow, passage)
          : { flow: withTo(flow, binding.inner), bindings: [binding], rule: NAT.translated };
      if (translation !== undefined) this.#open(flow, translation, passage);
      return;
    }
    if (!this.#mayEnter(flow, passage)) return;
    const translation = this.#translate(flow, passage);
    if (translation === undefined) return;
    const out = this.#ways.wayOut(translation.flow.to.address);
    if (!this.#mayLeave(translation.flow, out, passage)) return this.#undo(translation);
    // What has no way, and what is for the router itself, is the driver's to answer.
    if (!this.#keepsSessions || out === OWN || out === NO_WAY || !isTracked(passage)) {
      this.#undo(translation);
      this.#telling.pass(effects);
      return effects.forward();
    }
    if (input.protocol === 'tcp' && (input.flags & SYN_ACK_RST) !== SYN) {
      this.#undo(translation);
      return this.#telling.drop(effects, FW.noState, formatFlow(flow));
    }
    this.#open(flow, translation, passage);
  }

  /** Writes the session down and lets its first packet go on. */
  #open(flow: Flow, { flow: onward, bindings, rule }: Translation, passage: Passage): void {
    const { input, now, effects } = passage;
    const back = reversed(onward);
    if (this.#sessions.isFull && !this.#makeRoom(effects)) {
      this.#undo({ flow: onward, bindings, rule });
      return this.#telling.drop(effects, FW.tableFull, `${this.#sessions.count} entries`);
    }
    const session = new Session({
      number: this.#sessions.nextNumber(),
      forth: copyOf(flow),
      back: copyOf(back),
      via: input.via,
      backVia: this.#ways.wayOut(onward.to.address),
      bindings,
      helped: this.#helpers.changes(flow),
    });
    for (const binding of bindings) binding.sessions.add(session);
    this.#sessions.add(session, now);
    if (this.#options.stateful)
      this.#telling.say(effects, FW.stateMade, `session ${session.number}, ${formatFlow(flow)}`);
    if (rule !== undefined) this.#telling.translated(effects, rule, { before: flow, later: onward });
    effects.measure('fw.sessions', this.#sessions.count);
    if (this.#ports !== undefined) effects.measure('nat.ports', this.#ports.portsUsed);
    this.#letGo(session, 'forth', onward, passage);
  }

  /** Destination, then route, then source; undefined when it was dropped. */
  #translate(flow: Flow, passage: Passage): Translation | undefined {
    const { effects, input } = passage;
    const ports = this.#ports;
    if (ports === undefined || !isTracked(passage)) return { flow, bindings: [], rule: undefined };
    const { outside, hairpin } = ports.options;
    const isFromOutside = input.via === outside;
    if (!ports.isOuter(flow.to.address)) {
      const leaves = this.#ways.wayOut(flow.to.address) === outside;
      if (isFromOutside || !leaves || ports.isOuter(flow.from.address))
        return { flow, bindings: [], rule: undefined };
      return this.#translateSource(flow, ports, { rule: undefined, held: [] }, passage);
    }
    const binding = ports.toInner(flow.protocol, flow.to);
    if (binding === undefined) {
      this.#telling.drop(effects, NAT.noMapping, formatFlow(flow));
      return undefined;
    }
    if (!isFromOutside && !hairpin) {
      this.#telling.drop(effects, NAT.hairpinOff, formatFlow(flow));
      return undefined;
    }
    const inward = withTo(flow, binding.inner);
    if (!isFromOutside)
      return this.#translateSource(inward, ports, { rule: NAT.hairpinned, held: [binding] }, passage);
    if (!ports.admits(binding, flow.from)) {
      this.#telling.drop(effects, NAT.filtered, `${formatFlow(flow)}, of ${formatEndpoint(binding.inner)}`);
      return undefined;
    }
    return { flow: inward, bindings: [binding], rule: binding.isStatic ? NAT.forwarded : NAT.translated };
  }

  #translateSource(
    flow: Flow,
    ports: PortTable,
    { rule, held }: { readonly rule: Rule | undefined; readonly held: readonly Binding[] },
    { effects }: Passage,
  ): Translation | undefined {
    const isNew = ports.known(flow.protocol, flow.from) === undefined;
    const binding = ports.bind(flow.protocol, flow.from);
    if (binding === undefined) {
      this.#telling.drop(effects, NAT.portsFull, `${formatFlow(flow)}; ${ports.portsUsed} ports in use`);
      return undefined;
    }
    return {
      flow: withFrom(flow, binding.outer),
      bindings: [...held, binding],
      rule: rule ?? (isNew ? NAT.mapped : NAT.mappedAgain),
    };
  }

  /** RFC 5508 §4.2: an error passes, translated, with the session of the packet that it quotes. */
  #error(passage: Passage, { quoted }: IcmpFacts): void {
    const { input, effects } = passage;
    // The quotation is as its sender's packet left; the session knows it as it arrives, so turned round.
    const known = quoted && this.#sessions.find(flowKey(reversed(quoted)));
    if (known === undefined || quoted === undefined) {
      // One that the router is meant to read itself, and without a state table one that the lists allow.
      if (!this.#options.stateful && this.#ports?.isOuter(input.to.address) !== true)
        return this.#begin(flowOf(input, undefined), passage);
      return this.#telling.drop(effects, FW.unrelated, quoted === undefined ? '' : formatFlow(quoted));
    }
    const { session, direction } = known;
    // RFC 5508 §3, RFC 4787 §9 REQ-12: an error neither ends nor prolongs a session.
    this.#telling.say(effects, FW.related, `session ${session.number}, ${formatFlow(quoted)}`);
    if (!session.isTranslated) return this.#forward(effects);
    const original = reversed(session.onward(direction));
    this.#telling.translated(effects, NAT.errorTranslated, { before: quoted, later: original });
    // RFC 5508 §4.2.2 REQ-5: what comes from inside shows the outer address; what comes from outside its own.
    const isHidden = this.#ports !== undefined && input.via !== this.#ports.options.outside;
    const shown = session.onward(direction).from;
    this.#telling.pass(effects);
    effects.forwardAs({
      ...(isHidden ? { from: { address: shown.address, port: 0 } } : {}),
      to: { address: original.from.address, port: 0 },
      octets: withQuoted(input.octets, original),
    });
  }

  /** Sends a packet of a session on, with what helpers make of it. */
  #letGo(session: Session, direction: Direction, onward: Flow, passage: Passage): void {
    const { input, now, effects } = passage;
    const helped = this.#helpers.read(session, direction, { input, onward, now });
    if (helped !== undefined) this.#telling.say(effects, helped.rule, helped.detail);
    const { shift } = session;
    if (!session.isTranslated && helped?.octets === undefined && shift === undefined)
      return this.#forward(effects);
    this.#telling.pass(effects);
    const other = direction === 'forth' ? 'back' : 'forth';
    const isQuery = input.protocol === 'icmp';
    effects.forwardAs({
      from: isQuery ? { address: onward.from.address, port: 0 } : onward.from,
      to: isQuery ? { address: onward.to.address, port: 0 } : onward.to,
      octets: isQuery ? withIdentifier(input.octets, onward.from.port) : helped?.octets,
      ...(shift === undefined
        ? {}
        : {
            sequence: shift[direction].outward(input.sequence),
            acknowledgment: shift[other].inward(input.acknowledgment),
          }),
    });
  }

  #mayEnter(flow: Flow, { input, icmp, effects }: Passage): boolean {
    const { name, inbound } = this.#options.interfaces[input.via] ?? NOWHERE;
    return this.#lists.permits(inbound, { flow, place: `in at ${name}`, flags: input.flags, icmp }, effects);
  }

  #mayLeave(flow: Flow, out: number, { input, icmp, effects }: Passage): boolean {
    const { name, outbound } = this.#options.interfaces[out] ?? NOWHERE;
    return this.#lists.permits(
      outbound,
      { flow, place: `out at ${name}`, flags: input.flags, icmp },
      effects,
    );
  }

  #makeRoom(effects: Effects): boolean {
    const victim = this.#sessions.victim();
    if (victim === undefined) return false;
    effects.because(
      FW.evicted,
      effects.explains ? `session ${victim.number}, ${formatFlow(victim.forth)}` : undefined,
    );
    this.#remove(victim, effects);
    return true;
  }

  #remove(session: Session, effects: Effects): void {
    this.#sessions.remove(session);
    for (const binding of session.bindings) this.#ports?.release(binding);
    effects.measure('fw.sessions', this.#sessions.count);
    if (this.#ports !== undefined) effects.measure('nat.ports', this.#ports.portsUsed);
  }

  #undo({ bindings }: Translation): void {
    for (const binding of bindings) this.#ports?.release(binding);
  }

  #forward(effects: Effects): void {
    this.#telling.pass(effects);
    effects.forward();
  }
}

const NOWHERE: RouterInterface = { name: 'nowhere', addresses: [] };

/** RFC 9293 §3.1. */
const SYN = 2;
const SYN_ACK_RST = 2 | 16 | 4;

/** Sessions are of UDP, TCP and ICMP queries; other ICMP is nobody's conversation. */
function isTracked({ input, icmp }: Passage): boolean {
  return input.protocol !== 'icmp' || icmp?.identifier !== undefined;
}

/** RFC 5508 §3.1: of a query the identifier stands for both ports. */
function flowOf({ protocol, from, to }: PacketInput, icmp: IcmpFacts | undefined): Flow {
  if (icmp?.identifier === undefined) return { protocol, from, to };
  const port = icmp.identifier;
  return { protocol, from: { address: from.address, port }, to: { address: to.address, port } };
}
