import { formatIpv4, type Mac } from '../core/address.ts';
import type { FaultCount, FrameEvent, HostSpec, Topology, Trace } from '../core/driver.ts';
import type { Rule } from '../core/rules.ts';
import type { Row } from '../core/service.ts';
import { toInstant, type Instant } from '../core/time.ts';
import { LeaseView } from '../scenario/leases.ts';
import { PacketReader } from '../scenario/packet.ts';
import { fixedAddress, type PlantIndex } from '../scenario/plant.ts';
import { LadderRecorder, type Ladder } from './ladder.ts';
import { RuleCounter } from './lessons.ts';
import { plantOf, type PlantHost } from './plant.ts';

/** Packets by name: a message of a protocol that nobody knows may have any kind, and shares the last row. */
const KINDS_MAX = 64;
const OTHER = 'other';
/** A terminal has no more lines for them. */
const LADDER_RECORDS = 300;

export interface PacketCount {
  /** By those who made them, not by the routers between. */
  sent: number;
  /** Lost, taken by a fault, or dropped by a queue or a limiter. */
  lost: number;
}

/** One row of the screen of hosts; undefined: not known. */
export interface HostView {
  readonly name: string;
  readonly state: string | undefined;
  readonly ip: string | undefined;
  /** When it came into that state. */
  readonly sinceUs: number | undefined;
}

export interface ScreenSubject {
  /** The scenario's name. */
  readonly name: string;
  readonly seed: number;
  readonly topology: Topology;
  readonly index: PlantIndex;
  /** Whose packets the ladder has. */
  readonly who: PlantHost | undefined;
}

/** What the screens of a run show of it. What it keeps grows with the plant, not with the run. */
export class ScreenModel implements Trace {
  readonly name: string;
  readonly seed: number;
  readonly plant: readonly PlantHost[];
  readonly packets = new Map<string, PacketCount>();
  readonly rules = new RuleCounter();
  /** How many hosts of a group are in each state. */
  readonly states = new Map<string, Map<string, number>>();
  readonly #index: PlantIndex;
  readonly #reader: PacketReader;
  readonly #leases = new LeaseView();
  readonly #recorder: LadderRecorder;
  /** By host number. */
  readonly #states: (string | undefined)[];
  readonly #hasMachine: Uint8Array;
  readonly #sinceUs: Float64Array;
  readonly #bootUs: Float64Array;
  #zero = toInstant(0);
  #crossings = 0;
  #faults: () => readonly FaultCount[] = () => [];

  constructor({ name, seed, topology, index, who }: ScreenSubject) {
    this.name = name;
    this.seed = seed;
    this.plant = plantOf(topology);
    this.#index = index;
    this.#reader = new PacketReader(topology);
    const keep = { most: LADDER_RECORDS, end: 'last' } as const;
    this.#recorder = new LadderRecorder(who === undefined ? [] : [who], topology, keep);
    const count = topology.hosts.length;
    this.#states = Array.from({ length: count });
    this.#hasMachine = new Uint8Array(count);
    this.#sinceUs = new Float64Array(count);
    this.#bootUs = new Float64Array(count).fill(-1);
  }

  /** Says which of the driver's moments the scenario calls 0, and whom to ask about faults. */
  begin(run: { readonly zero: Instant; faults(): readonly FaultCount[] }): void {
    this.#zero = run.zero;
    this.#recorder.begin(run.zero);
    this.#leases.begin(run.zero);
    this.#faults = () => run.faults();
  }

  frame(event: FrameEvent): void {
    this.#crossings++;
    this.#recorder.frame(event);
    const facts = this.#reader.describe(event);
    const isSent = event.sender === facts.from;
    const isLost = event.fate !== 'delivered' && event.fate !== 'unheard';
    if (!isSent && !isLost) return;
    const count = this.#countOf(facts.title);
    if (isSent) count.sent++;
    if (isLost) count.lost++;
  }

  state(at: Instant, host: HostSpec, machine: string, state: string, subject: Mac | undefined): void {
    this.#recorder.state(at, host, machine, state, subject);
    const number = this.#index.numberOf(host);
    if (number === undefined || subject !== undefined) return;
    // A host that looks names up besides is shown by its own machine, as in the result.
    if (machine !== 'stub') this.#hasMachine[number] = 1;
    else if (this.#hasMachine[number] === 1) return;
    const before = this.#states[number];
    this.#sinceUs[number] = at - this.#zero;
    if (before === state) return;
    this.#states[number] = state;
    let counts = this.states.get(host.group);
    if (counts === undefined) this.states.set(host.group, (counts = new Map<string, number>()));
    if (before !== undefined) counts.set(before, (counts.get(before) ?? 0) - 1);
    counts.set(state, (counts.get(state) ?? 0) + 1);
  }

  because(at: Instant, host: HostSpec, rule: Rule, detail: string | undefined): void {
    this.rules.because(at, host, rule);
    this.#recorder.because(at, host, rule, detail);
  }

  measure(_at: Instant, host: HostSpec, name: string, value: number): void {
    const number = name === 'boot.us' ? this.#index.numberOf(host) : undefined;
    if (number !== undefined) this.#bootUs[number] = value;
  }

  settled(
    _at: Instant,
    _host: HostSpec,
    rows: readonly Row[],
    outcome: 'durable' | 'conflict' | 'failed',
  ): void {
    if (outcome === 'durable') this.#leases.take(rows);
  }

  /** Frames seen, each crossing of a segment one. */
  get crossings(): number {
    return this.#crossings;
  }

  get ladder(): Ladder | undefined {
    return this.#recorder.ladders()[0];
  }

  get hosts(): number {
    return this.plant.length;
  }

  faults(): readonly FaultCount[] {
    return this.#faults();
  }

  /** How long each modem that has booted took, in order. */
  boots(): Float64Array {
    return this.#bootUs.filter((us) => us >= 0).sort();
  }

  /** The hosts from place `first` on, in the order of the plant. `atUs`: now, since leases end. */
  hostsFrom(first: number, count: number, atUs: number): readonly HostView[] {
    return this.#index.hosts.slice(first, first + count).map((host, offset) => {
      const number = first + offset;
      const mac = host.interfaces[0]?.mac;
      const leased = mac === undefined ? undefined : this.#leases.addressOf(mac, toInstant(atUs));
      const state = this.#states[number];
      return {
        name: host.name,
        state,
        ip: fixedAddress(host) ?? (leased === undefined ? undefined : formatIpv4(leased)),
        sinceUs: state === undefined ? undefined : this.#sinceUs[number],
      };
    });
  }

  #countOf(title: string): PacketCount {
    const known = this.packets.get(title);
    if (known !== undefined) return known;
    const name = this.packets.size < KINDS_MAX ? title : OTHER;
    let count = this.packets.get(name);
    if (count === undefined) this.packets.set(name, (count = { sent: 0, lost: 0 }));
    return count;
  }
}
