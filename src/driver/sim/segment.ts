import type { HostSpec, Quality, SegmentSpec } from '../../core/driver.ts';
import type { Fault } from './fault.ts';
import { InterfaceRuns } from './interface-runs.ts';

/** From here on ports are bound by services: who listens there changes, so nobody keeps a list of it. */
const LISTED_PORTS_END = 49152;

/** One broadcast domain at run time: who is on it, how good it is, what worsens it. */
export class Segment {
  readonly index: number;
  readonly name: string;
  readonly isCable: boolean;
  readonly quality: Quality;
  readonly #faults: Fault[] = [];
  /** Before and after these moments no fault acts here: all that a frame without one pays for. */
  faultsFrom = Infinity;
  faultsUntil = -Infinity;
  /** Whether a fault tells those who hear a frame for all apart. */
  choosesHearers = false;
  /** Interfaces in the file's order, and those of hosts that forward. */
  readonly members = new InterfaceRuns();
  readonly routers = new InterfaceRuns();
  /** The partitions that have members here, in their order; set when partitions are. */
  partitions: readonly number[] = [0];
  readonly #listeners = new Map<number, InterfaceRuns>();

  constructor(index: number, spec: SegmentSpec) {
    this.index = index;
    this.name = spec.name;
    this.isCable = spec.kind === 'cable';
    this.quality = spec.quality;
  }

  /** In the order declared. */
  get faults(): readonly Fault[] {
    return this.#faults;
  }

  addFault(fault: Fault): void {
    this.#faults.push(fault);
    this.faultsFrom = Math.min(this.faultsFrom, fault.from);
    this.faultsUntil = Math.max(this.faultsUntil, fault.until);
    if (!fault.concernsAll) this.choosesHearers = true;
  }

  join(iface: number, host: HostSpec): void {
    this.members.add(iface);
    if (host.forwards) this.routers.add(iface);
    for (const port of host.udpPorts) {
      const listeners = this.#listeners.get(port) ?? new InterfaceRuns();
      this.#listeners.set(port, listeners);
      listeners.add(iface);
    }
  }

  /** Those who may have `port` open: a broadcast to 5,000 hosts then asks only the one server. */
  candidates(port: number): InterfaceRuns {
    if (port >= LISTED_PORTS_END) return this.members;
    return this.#listeners.get(port) ?? NOBODY;
  }
}

const NOBODY = new InterfaceRuns();
