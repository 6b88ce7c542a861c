import type { EventuallyExpectation, Goal, NeverExpectation } from '../config/expectation.ts';
import { formatDurationUs } from '../config/units.ts';
import type { HostSpec } from '../core/driver.ts';
import { bug } from '../core/errors.ts';
import type { Rule } from '../core/rules.ts';
import type { Instant } from '../core/time.ts';
import type { PacketFacts } from './packet.ts';
import { formatCount, formatMoment, type PlantIndex } from './plant.ts';
import { compare } from './claim-watcher.ts';
import { isReason } from './step-match.ts';
import type {
  Ending,
  FrameWatcher,
  MeasureWatcher,
  Outcome,
  ReasonWatcher,
  StateWatcher,
} from './watcher.ts';

/** Names of members in a detail; a storm has thousands. */
const NAMES_MAX = 3;

/** When each member got to a goal, for `eventually` and `never`. */
export class GoalWatcher implements StateWatcher, FrameWatcher, ReasonWatcher, MeasureWatcher {
  readonly goal: Goal;
  readonly fromUs: number;
  readonly #expectation: EventuallyExpectation | NeverExpectation;
  readonly #untilUs: number;
  readonly #plant: PlantIndex;
  readonly #members: readonly HostSpec[];
  /** The numbers of members lie from here on, within the length of the arrays: most watchers have no use for most hosts. */
  readonly #first: number;
  /** By host number from `#first`: 0 not a member, 1 not there, 2 was there in time, 3 came after the end. */
  readonly #there: Uint8Array;
  readonly #arrivedAt: Float64Array;
  /** What the host does now, so that one who is there when the time begins counts. */
  readonly #now: (string | undefined)[];
  #open: boolean;
  #reached = 0;
  #heard = false;
  #slowest = 0;

  constructor(expectation: EventuallyExpectation | NeverExpectation, plant: PlantIndex) {
    this.#expectation = expectation;
    this.goal = expectation.goal;
    this.fromUs = expectation.fromUs;
    this.#untilUs =
      expectation.kind === 'never' ? expectation.untilUs : expectation.fromUs + expectation.withinUs;
    this.#plant = plant;
    this.#members = plant.members(expectation.who);
    const numbers = this.#members.map((member) => this.#numberOf(member));
    this.#first = numbers.reduce((least, number) => Math.min(least, number), plant.hosts.length);
    const end = numbers.reduce((most, number) => Math.max(most, number + 1), this.#first);
    this.#there = new Uint8Array(end - this.#first);
    this.#arrivedAt = new Float64Array(end - this.#first);
    this.#now = Array.from({ length: this.fromUs > 0 ? end - this.#first : 0 });
    for (const number of numbers) this.#there[number - this.#first] = 1;
    this.#open = this.fromUs === 0;
  }

  get hosts(): { readonly first: number; readonly end: number } {
    return { first: this.#first, end: this.#first + this.#there.length };
  }

  get lasting(): boolean {
    return this.#expectation.kind === 'never';
  }

  get decided(): boolean {
    if (this.#expectation.kind === 'never') return this.#reached > 0;
    return this.#reached >= (this.#expectation.quantifier === 'any' ? 1 : this.#members.length);
  }

  state(at: Instant, host: number, state: string): void {
    const place = host - this.#first;
    if (!this.#isMember(place)) return;
    this.#begin(at);
    this.#heard = true;
    if (!this.#open) this.#now[place] = state;
    else if ('state' in this.goal && state === this.goal.state) this.#arrive(at, place);
  }

  /** For `sees` and `answers`: a DNS answer with this data came to a member, or left it. */
  frame(at: Instant, facts: PacketFacts): void {
    if (!('answer' in this.goal) || facts.protocol !== 'DNS') return;
    const sees = this.goal.kind === 'sees';
    if (sees ? !facts.arrived : facts.event.sender !== facts.from) return;
    const member = sees ? facts.to : facts.from;
    if (member === undefined) return;
    const host = this.#plant.numberOf(member);
    if (host === undefined || !this.#isMember(host - this.#first) || facts.kind !== 'ANSWER') return;
    this.answered(at, host, (facts.fields.get('answer') ?? '').split(','));
  }

  /** A name server gives these data, or would if it were asked. */
  answered(at: Instant, host: number, answers: readonly string[]): void {
    if (!('answer' in this.goal) || !this.#isMember(host - this.#first)) return;
    this.#begin(at);
    this.#heard = true;
    const wanted = plainName(this.goal.answer);
    if (this.#open && answers.some((answer) => plainName(answer) === wanted))
      this.#arrive(at, host - this.#first);
  }

  reason(at: Instant, host: number, rule: Rule, detail: string | undefined): void {
    if (this.goal.kind !== 'rule' || !this.#isMember(host - this.#first)) return;
    this.#begin(at);
    this.#heard = true;
    const { id, words } = this.goal;
    if (this.#open && isReason({ rule: id, words }, rule, detail)) this.#arrive(at, host - this.#first);
  }

  get measure(): string {
    return this.goal.kind === 'measure' ? this.goal.claim.measure : '';
  }

  measured(at: Instant, host: HostSpec, value: number): void {
    if (this.goal.kind !== 'measure') return;
    const place = (this.#plant.numberOf(host) ?? -1) - this.#first;
    if (!this.#isMember(place)) return;
    this.#begin(at);
    this.#heard = true;
    const { operator, bound } = this.goal.claim;
    if (this.#open && compare(value, operator, bound)) this.#arrive(at, place);
  }

  judge(end: Ending): Outcome {
    this.#begin(end.at);
    return this.#expectation.kind === 'never' ? this.#judgeNever() : this.#judgeEventually(end);
  }

  /** Who is there when the time begins need not come. */
  #begin(at: Instant): void {
    if (this.#open || at < this.fromUs) return;
    this.#open = true;
    if (!('state' in this.goal)) return;
    for (const [place, state] of this.#now.entries())
      if (state === this.goal.state) this.#arrive(this.fromUs as Instant, place);
  }

  #isMember(place: number): boolean {
    return place >= 0 && place < this.#there.length && this.#there[place] !== 0;
  }

  #arrive(at: Instant, place: number): void {
    if (this.#there[place] !== 1 && this.#there[place] !== 3) return;
    const late = this.#expectation.kind === 'never' ? at >= this.#untilUs : at > this.#untilUs;
    if (this.#there[place] === 1) this.#arrivedAt[place] = at;
    this.#there[place] = late ? 3 : 2;
    if (late) return;
    this.#reached++;
    this.#slowest = Math.max(this.#slowest, at);
  }

  #judgeNever(): Outcome {
    const caught = this.#which(2);
    const first = caught.reduce<HostSpec | undefined>(
      (one, each) => (one === undefined || this.#when(each) < this.#when(one) ? each : one),
      undefined,
    );
    if (first !== undefined)
      return {
        verdict: 'fail',
        detail: `${first.name} got there at ${formatMoment(this.#when(first))}${later(caught.length)}`,
        expected: this.#expectation.text,
        came: `${first.name} got there at ${formatMoment(this.#when(first))}`,
        where: { host: first.name, at_us: this.#when(first), look: 'before' },
      };
    if (!this.#heard)
      return { verdict: 'inconclusive', detail: `${this.#expectation.who.text} was not heard of at all` };
    return { verdict: 'pass', detail: `none of ${formatCount(this.#members.length)} got there` };
  }

  #judgeEventually(end: Ending): Outcome {
    const { quantifier } = this.#expectation as EventuallyExpectation;
    const total = this.#members.length;
    if (this.decided) {
      const last = `the last at ${formatMoment(this.#slowest)}`;
      if (quantifier === 'any')
        return {
          verdict: 'pass',
          detail: `${this.#names(this.#which(2))} at ${formatMoment(this.#slowest)}`,
        };
      const detail = `${formatCount(this.#reached)} of ${formatCount(total)}, ${last}`;
      return { verdict: 'pass', detail, figure: `by ${formatMoment(this.#slowest)}` };
    }
    const late = this.#which(3);
    const missing = [...late, ...this.#which(1)];
    const limit = Number.isFinite(this.#untilUs) ? ` by ${formatDurationUs(this.#untilUs)}` : '';
    const found = `${formatCount(this.#reached)} of ${formatCount(total)} got there${limit}`;
    const [first] = late;
    const came = first === undefined ? '' : `; ${first.name} came at ${formatMoment(this.#when(first))}`;
    const detail = `${found}; not ${this.#names(missing)}${came}`;
    if (!end.whole && end.at < this.#untilUs)
      return {
        verdict: 'inconclusive',
        detail: `the run was cut short at ${formatMoment(end.at)}: ${detail}`,
      };
    return { verdict: 'fail', detail, ...this.#failure(missing[0], end) };
  }

  #failure(missing: HostSpec | undefined, end: Ending): Pick<Outcome, 'expected' | 'came' | 'where'> {
    if (missing === undefined) return {};
    const number = this.#numberOf(missing) - this.#first;
    const at = Math.min(this.#untilUs, end.at);
    const when = this.#there[number] === 3 ? `came at ${formatMoment(this.#when(missing))}` : 'never came';
    return {
      expected: `${missing.name}: ${this.#expectation.text}`,
      came: `${missing.name} ${when}`,
      where: { host: missing.name, at_us: at, look: 'before' },
    };
  }

  #numberOf(member: HostSpec): number {
    return this.#plant.numberOf(member) ?? bug(`a member that is not of this run: ${member.name}`);
  }

  #when(host: HostSpec): number {
    return this.#arrivedAt[this.#numberOf(host) - this.#first] ?? 0;
  }

  #which(there: number): HostSpec[] {
    return this.#members.filter((member) => this.#there[this.#numberOf(member) - this.#first] === there);
  }

  #names(hosts: readonly HostSpec[]): string {
    const names = hosts.slice(0, NAMES_MAX).map((host) => host.name);
    return `${names.join(', ')}${later(hosts.length - names.length + 1)}`;
  }
}

function later(count: number): string {
  return count > 1 ? `, then ${formatCount(count - 1)} more` : '';
}

/** Names in answers end in a dot, and case says nothing (RFC 4343 §3). */
function plainName(text: string): string {
  return text.toLowerCase().replace(/\.$/, '');
}
