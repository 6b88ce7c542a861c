import type { FrameEvent, HostSpec, Topology, Trace } from '../core/driver.ts';
import type { Input } from '../core/service.ts';
import type { Instant } from '../core/time.ts';
import type { Rule } from '../core/rules.ts';
import type { PlantHost } from '../report/plant.ts';

/** The whole trace of a larger plant is of no use: gigabytes that nobody reads. */
const WHOLE_HOSTS_MAX = 5_000;
/** How many hosts are chosen where nobody chose. */
const CHOSEN = 16;

/** A modem of a plant of thousands is one of many alike; a server, a router or a CMTS is not. */
const ALIKE: ReadonlySet<string> = new Set(['cable-modem', 'host', 'stub', 'client']);

/** The hosts whose packets a trace has, where nobody named them; undefined: all. Evenly spread over those that are many. */
export function usualSample(plant: readonly PlantHost[]): readonly PlantHost[] | undefined {
  if (plant.length <= WHOLE_HOSTS_MAX) return undefined;
  const alike = plant.filter(({ kind }) => ALIKE.has(kind));
  const count = Math.min(CHOSEN, alike.length);
  const step = count > 1 ? (alike.length - 1) / (count - 1) : 0;
  return Array.from({ length: count }, (_, index) => alike[Math.floor(index * step)]).filter(
    (host) => host !== undefined,
  );
}

/** What a person should know of a trace in which not every packet is. */
export function sampleText(path: string, chosen: readonly PlantHost[], plant: readonly PlantHost[]): string {
  const names = chosen.slice(0, 3).map(({ name }) => name);
  const more = chosen.length > names.length ? ' ...' : '';
  return `${path} has the packets of ${chosen.length} of ${plant.length} hosts (${names.join(', ')}${more}), and of all what failed, every state and every measure; --sample HOST chooses others`;
}

/** A listener for the packets and reasons of some hosts: it hears of the states, measures and failures of all. */
export class Sampled implements Trace {
  readonly #listener: SampledListener;
  readonly #wanted: ReadonlySet<HostSpec>;

  constructor(listener: SampledListener, chosen: readonly PlantHost[], topology: Topology) {
    const names = new Set(chosen.map(({ name }) => name));
    this.#listener = listener;
    this.#wanted = new Set(topology.hosts.filter(({ name }) => names.has(name)));
  }

  wants(host: HostSpec): boolean {
    return this.#wanted.has(host);
  }

  frame(event: FrameEvent): void {
    this.#listener.frame?.(event);
  }

  state(...change: Parameters<NonNullable<Trace['state']>>): void {
    this.#listener.state?.(...change);
  }

  because(
    at: Instant,
    host: HostSpec,
    rule: Rule,
    detail: string | undefined,
    input: Input | undefined,
  ): void {
    this.#listener.because?.(at, host, rule, detail, input);
  }

  measure(at: Instant, host: HostSpec, name: string, value: number): void {
    this.#listener.series?.(at, host, name, value);
  }
}

/** What is written where all packets would be too many also has the measures, from which much of them can be told. */
export interface SampledListener extends Trace {
  series?(at: Instant, host: HostSpec, name: string, value: number): void;
}
