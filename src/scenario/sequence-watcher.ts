import type { SequenceExpectation } from '../config/expectation.ts';
import { formatDurationUs } from '../config/units.ts';
import { macAt } from '../core/address.ts';
import type { HostSpec } from '../core/driver.ts';
import type { Rule } from '../core/rules.ts';
import type { Instant } from '../core/time.ts';
import { CHADDR_OFFSET } from '../codec/dhcp/message.ts';
import type { PacketFacts } from './packet.ts';
import { formatCount, formatMoment, type PlantIndex } from './plant.ts';
import {
  isParty,
  isReason,
  matchPacket,
  readyStep,
  speaksOfMember,
  stepText,
  type ReadyStep,
} from './step-match.ts';
import type { Ending, FrameWatcher, Outcome, ReasonWatcher, StateWatcher } from './watcher.ts';

/** How far one member has come. */
class Cursor {
  readonly member: HostSpec | undefined;
  readonly captures = new Map<string, string>();
  /** The next step to be seen. */
  index = 0;
  startedAt: number | undefined;
  lastAt = 0;
  /** What came instead of the next step, the first time that it nearly came. */
  near: string | undefined;
  /** A packet for the step after the next that has arrived before it. */
  early: EarlyPacket | undefined;

  constructor(member: HostSpec | undefined) {
    this.member = member;
  }
}

interface EarlyPacket {
  /** Of the step that it is for. */
  readonly index: number;
  readonly from: HostSpec;
  /** Numbers of one sender's packets grow. */
  readonly packet: number;
  readonly captures: ReadonlyMap<string, string>;
}

/**
 * Steps in order, other events between them allowed; with `each`, every member by itself. A packet belongs to a member when
 * it is from or to it, or carries its hardware address in `chaddr`; a packet between others counts for all that wait for it, but
 * for what relay and server say about another client.
 * Packets are in the order of their arrival; two of one sender, one right after the other in the steps, in the order in which
 * it sent them: their ways may differ.
 */
export class SequenceWatcher implements FrameWatcher, StateWatcher, ReasonWatcher {
  readonly lasting = false;
  readonly #expectation: SequenceExpectation;
  readonly #plant: PlantIndex;
  readonly #steps: readonly ReadyStep[];
  /** Without `each` there is only `#all`. */
  readonly #cursors = new Map<HostSpec, Cursor>();
  readonly #all: readonly Cursor[];
  /** Members whose next step is between others. */
  readonly #waitingForOthers = new Set<Cursor>();
  #unfinished: number;

  constructor(expectation: SequenceExpectation, plant: PlantIndex) {
    this.#expectation = expectation;
    this.#plant = plant;
    const { each } = expectation;
    this.#steps = expectation.steps.map((step) => readyStep(step, each?.text, plant));
    const members = each === undefined ? [undefined] : plant.members(each);
    this.#all = members.map((member) => new Cursor(member));
    for (const cursor of this.#all) {
      if (cursor.member !== undefined) this.#cursors.set(cursor.member, cursor);
      this.#noteWaiting(cursor);
    }
    this.#unfinished = this.#all.length;
  }

  /** Whether frames have to be watched at all. */
  get wantsFrames(): boolean {
    return this.#steps.some((step) => step.kind === 'packet');
  }

  get wantsReasons(): boolean {
    return this.#steps.some((step) => step.kind === 'rule');
  }

  get decided(): boolean {
    return this.#unfinished === 0;
  }

  frame(at: Instant, facts: PacketFacts): void {
    if (!facts.arrived || at < (this.#expectation.fromUs ?? 0)) return;
    const subject = this.#subject(facts);
    const own = subject && this.#cursors.get(subject);
    if (own !== undefined) return this.#see(own, at, facts);
    if (this.#isOfAnother(subject, facts)) return;
    const from = this.#cursors.get(facts.from);
    const to = facts.to && this.#cursors.get(facts.to);
    if (from !== undefined || to !== undefined) {
      this.#see(from, at, facts);
      if (to !== from) this.#see(to, at, facts);
      return;
    }
    for (const cursor of this.#waitingForOthers) this.#see(cursor, at, facts);
  }

  state(at: Instant, host: number, state: string): void {
    if (at < (this.#expectation.fromUs ?? 0)) return;
    const who = this.#plant.at(host);
    const own = this.#cursors.get(who);
    if (own !== undefined) this.#enter(own, at, who, state);
    for (const cursor of this.#waitingForOthers) if (cursor !== own) this.#enter(cursor, at, who, state);
  }

  reason(at: Instant, host: number, rule: Rule, detail: string | undefined): void {
    if (at < (this.#expectation.fromUs ?? 0)) return;
    const who = this.#plant.at(host);
    const own = this.#cursors.get(who);
    const given = { who, rule, detail };
    if (own !== undefined) this.#decide(own, at, given);
    for (const cursor of this.#waitingForOthers) if (cursor !== own) this.#decide(cursor, at, given);
  }

  judge(end: Ending): Outcome {
    const { withinUs } = this.#expectation;
    const failed = this.#all.filter((cursor) => !this.#held(cursor));
    const total = this.#all.length;
    if (failed.length === 0) {
      const slowest = this.#all.reduce((one, each) => (this.#took(each) > this.#took(one) ? each : one));
      const who =
        slowest.member === undefined || total === 1
          ? ''
          : `${formatCount(total)} of ${formatCount(total)}, the slowest ${slowest.member.name} `;
      return { verdict: 'pass', detail: `${who}in ${formatMoment(this.#took(slowest))}` };
    }
    const [first] = failed;
    const open = failed.every((cursor) => this.#mayStillHold(cursor, end));
    const detail = `${first === undefined ? '' : this.#why(first, withinUs)}${more(failed.length, total)}`;
    return open
      ? { verdict: 'inconclusive', detail: `the run was cut short at ${formatMoment(end.at)}: ${detail}` }
      : { verdict: 'fail', detail, ...(first === undefined ? {} : this.#failure(first)) };
  }

  /** What the first member that left the path waited for, and what it got. */
  #failure(cursor: Cursor): Pick<Outcome, 'expected' | 'came' | 'where'> {
    const next = this.#steps[cursor.index];
    const { withinUs } = this.#expectation;
    const who = cursor.member === undefined ? '' : `${cursor.member.name}: `;
    const host = cursor.member ?? (next === undefined ? undefined : someoneOf(next));
    const where = host && { host: host.name, at_us: cursor.lastAt, look: 'after' as const };
    if (next === undefined) {
      const expected = `${who}all ${this.#steps.length} steps in ${formatDurationUs(withinUs ?? 0)}`;
      const deadline = cursor.lastAt - this.#took(cursor) + (withinUs ?? 0);
      const late = where && { ...where, at_us: deadline, look: 'before' as const };
      return { expected, came: `all of them, in ${formatMoment(this.#took(cursor))}`, where: late };
    }
    const expected = `${who}step ${cursor.index + 1} of ${this.#steps.length}, "${stepText(next)}"`;
    return { expected, came: cursor.near ?? 'nothing of this kind came', where };
  }

  #held(cursor: Cursor): boolean {
    const { withinUs = Infinity } = this.#expectation;
    return cursor.index === this.#steps.length && this.#took(cursor) <= withinUs;
  }

  #mayStillHold(cursor: Cursor, end: Ending): boolean {
    if (end.whole || cursor.index === this.#steps.length) return false;
    const { fromUs, withinUs = Infinity } = this.#expectation;
    return end.at <= (fromUs ?? cursor.startedAt ?? Infinity) + withinUs;
  }

  #took(cursor: Cursor): number {
    return cursor.lastAt - (this.#expectation.fromUs ?? cursor.startedAt ?? 0);
  }

  #why(cursor: Cursor, withinUs: number | undefined): string {
    const who = cursor.member === undefined ? '' : `${cursor.member.name}: `;
    const next = this.#steps[cursor.index];
    if (next === undefined)
      return `${who}all steps came, but in ${formatMoment(this.#took(cursor))}, over ${formatDurationUs(withinUs ?? 0)}`;
    const step = `step ${cursor.index + 1} of ${this.#steps.length}, "${stepText(next)}", did not come`;
    const before = this.#steps[cursor.index - 1];
    const after =
      before === undefined ? '' : ` after "${stepText(before)}" at ${formatMoment(cursor.lastAt)}`;
    return `${who}${step}${after}${cursor.near === undefined ? '' : `; ${cursor.near}`}`;
  }

  /** The host that a DHCP message is about, even where only relay and server speak: RFC 2131 §2, `chaddr`. */
  #subject({ protocol, event: { body } }: PacketFacts): HostSpec | undefined {
    if (protocol !== 'DHCP' || body.kind !== 'udp' || body.octets.length < CHADDR_OFFSET + 6)
      return undefined;
    const number = this.#plant.numberOfMac(macAt(body.octets, CHADDR_OFFSET));
    return number === undefined ? undefined : this.#plant.at(number);
  }

  /** What relay and server say to each other about somebody else: no member waits for that. */
  #isOfAnother(subject: HostSpec | undefined, { from, to }: PacketFacts): boolean {
    const isBetweenOthers = to !== undefined && from !== subject && to !== subject;
    return subject !== undefined && this.#cursors.size > 0 && isBetweenOthers;
  }

  #see(cursor: Cursor | undefined, at: Instant, facts: PacketFacts): void {
    const next = cursor && this.#steps[cursor.index];
    if (cursor === undefined || next?.kind !== 'packet') return;
    const match = matchPacket(next, facts, cursor.member, cursor.captures);
    if (match === 'yes') {
      this.#advance(cursor, at);
      this.#useEarly(cursor, at, facts);
      return;
    }
    if (match !== 'no') cursor.near ??= `at ${formatMoment(at)} one came whose ${match.differs}`;
    this.#noteEarly(cursor, facts);
  }

  /** Remembers the last packet that the step after the next waits for. */
  #noteEarly(cursor: Cursor, facts: PacketFacts): void {
    const index = cursor.index + 1;
    const step = this.#steps[index];
    if (step?.kind !== 'packet' || index === 1) return;
    const captures = new Map(cursor.captures);
    if (matchPacket(step, facts, cursor.member, captures) !== 'yes') return;
    cursor.early = { index, from: facts.from, packet: facts.event.packet, captures };
  }

  /** What came before the packet just seen, and was sent by the same host after it. */
  #useEarly(cursor: Cursor, at: Instant, { from, event }: PacketFacts): void {
    const { early } = cursor;
    if (early?.index !== cursor.index || early.from !== from || early.packet <= event.packet) return;
    for (const [name, value] of early.captures)
      if (!cursor.captures.has(name)) cursor.captures.set(name, value);
    this.#advance(cursor, at);
  }

  #enter(cursor: Cursor, at: Instant, host: HostSpec, state: string): void {
    const next = this.#steps[cursor.index];
    if (next?.kind !== 'state' || next.state !== state) return;
    if (isParty(next.who, host, cursor.member)) this.#advance(cursor, at);
  }

  #decide(
    cursor: Cursor,
    at: Instant,
    {
      who,
      rule,
      detail,
    }: { readonly who: HostSpec; readonly rule: Rule; readonly detail: string | undefined },
  ): void {
    const next = this.#steps[cursor.index];
    if (next?.kind !== 'rule' || !isReason(next, rule, detail)) return;
    if (isParty(next.who, who, cursor.member)) this.#advance(cursor, at);
  }

  #advance(cursor: Cursor, at: Instant): void {
    cursor.startedAt ??= at;
    cursor.lastAt = at;
    cursor.index++;
    cursor.near = undefined;
    if (cursor.early !== undefined && cursor.early.index < cursor.index) cursor.early = undefined;
    if (cursor.index === this.#steps.length) this.#unfinished--;
    this.#noteWaiting(cursor);
  }

  #noteWaiting(cursor: Cursor): void {
    const next = this.#steps[cursor.index];
    if (next !== undefined && (cursor.member === undefined || !speaksOfMember(next)))
      this.#waitingForOthers.add(cursor);
    else this.#waitingForOthers.delete(cursor);
  }
}

/** Who may be looked at where a sequence is of nobody: a party of the step that did not come. */
function someoneOf(step: ReadyStep): HostSpec | undefined {
  for (const party of step.kind === 'packet' ? [step.from, step.to] : [step.who])
    if (party.kind === 'hosts') for (const host of party.hosts) return host;
  return undefined;
}

function more(failed: number, total: number): string {
  return total === 1 ? '' : ` (${formatCount(failed)} of ${formatCount(total)} left the path)`;
}
