import type { HostSpec } from '../../src/core/driver.ts';
import { Writer } from '../../src/core/bytes.ts';
import { Random, streamKey } from '../../src/core/random.ts';
import type { Effects, Input, Service } from '../../src/core/service.ts';
import type { Instant } from '../../src/core/time.ts';
import { toInstant } from '../../src/core/time.ts';
import { endMacMessage } from '../../src/codec/docsis/mac-message.ts';
import { portableCrypto } from '../../src/crypto/portable.ts';
import { SimDriver } from '../../src/driver/sim/driver.ts';
import { ScenarioRun } from '../../src/scenario/run.ts';
import { buildTopology } from '../../src/topology/build.ts';
import { hostWith } from '../../src/topology/host-with.ts';
import type { LoadedScenario } from '../../src/api/scenario.ts';
import type { Corpus } from './corpus.ts';
import { describeMemory, memoryFault, ownRssKib, secondsSince, type Finding } from './findings.ts';
import { Mutator } from './mutate.ts';

/** One message in so many is replaced by a mutant, and one more gets a mutant beside it. */
const RATE = 3;
const CRC_OCTETS = 4;

interface Options {
  /** Mutants altogether, at least. */
  readonly count: number;
  readonly seed: number;
}

/**
 * A whole plant (CMTS with its relay, modems, hosts, stub resolver, servers) whose wires damage what they carry: every
 * machine meets mutants in the middle of its conversations, in each of its states.
 */
export async function soakConversations(
  loaded: LoadedScenario,
  corpus: Corpus,
  { count, seed }: Options,
): Promise<readonly Finding[]> {
  const startedAt = performance.now();
  const tally = new Map<string, number>();
  const total = (): number => [...tally.values()].reduce((sum, each) => sum + each, 0);
  const memory = { firstHalfKib: 0, secondHalfKib: 0 };
  let runs = 0;
  for (; total() < count; runs++) {
    runPlant(loaded, corpus, seed + runs, tally);
    if (memory.firstHalfKib === 0 && total() >= count / 2) memory.firstHalfKib = await ownRssKib();
  }
  memory.secondHalfKib = await ownRssKib();
  const met = [...tally]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([what, each]) => `${each.toLocaleString('en')} to a ${what}`)
    .join(', ');
  return [
    {
      part: 'conversations',
      what: `${runs} plants of 60 modems`,
      count: total(),
      seconds: secondsSince(startedAt),
      note: `${describeMemory(memory)}; ${met}`,
      fault: memoryFault(memory),
    },
  ];
}

function runPlant(loaded: LoadedScenario, corpus: Corpus, seed: number, tally: Map<string, number>): void {
  const { scenario, contents } = loaded;
  const built = buildTopology({
    scenario,
    contents,
    crypto: portableCrypto,
    seed,
    epoch: { us: scenario.epochUs },
  });
  const random = new Random(streamKey(seed, 'mutants'));
  const all = Object.values(corpus).flat();
  const mutator = new Mutator(random, all);
  const count = (what: string): void => void tally.set(what, (tally.get(what) ?? 0) + 1);
  const hosts = built.hosts.map((spec): HostSpec => {
    const create = (): Service => new NoisyWire(spec, mutator, random, count);
    return hostWith(spec, { create });
  });
  const topology = { ...built, hosts };
  const run = new ScenarioRun({ scenario, topology, mode: 'virtual', seed });
  const driver = new SimDriver({ topology, seed, poison: true });
  run.start(driver);
  driver.run(toInstant(run.endsAt));
}

/** Stands in front of a service and damages what it hears; holds it to the rule that a timer moves its deadline. */
class NoisyWire implements Service {
  readonly #service: Service;
  readonly #kind: string;
  readonly #mutator: Mutator;
  readonly #random: Random;
  readonly #count: (what: string) => void;

  constructor(spec: HostSpec, mutator: Mutator, random: Random, count: (what: string) => void) {
    this.#service = spec.create();
    this.#kind = spec.kind;
    this.#mutator = mutator;
    this.#random = random;
    this.#count = count;
  }

  handle(input: Input, now: Instant, effects: Effects): void {
    const draw = this.#random.below(RATE);
    if (!hasOctets(input) || draw > 1) this.#hand(input, now, effects);
    else {
      const octets = this.#mutantOf(input);
      this.#count(`${this.#kind} (${input.kind})`);
      this.#hand({ ...input, octets }, now, effects);
      octets.fill(0xa5);
      if (draw === 1) this.#hand(input, now, effects);
    }
  }

  deadline(): Instant {
    return this.#service.deadline();
  }

  #hand(input: Input, now: Instant, effects: Effects): void {
    this.#service.handle(input, now, effects);
    if (input.kind === 'timer' && this.#service.deadline() <= now)
      throw new Error(`${this.#kind}: a timer did not move the deadline`);
  }

  #mutantOf(input: OctetsInput): Uint8Array {
    const octets = this.#mutator.of(input.octets).slice();
    if (input.kind !== 'mac-message' || octets.length < 30 || this.#random.below(4) === 0) return octets;
    // Behind a check sequence that does not hold nothing would be read: three in four get one that does.
    octets[0] = input.octets[0] ?? 0;
    endMacMessage(new Writer(octets, octets.length - CRC_OCTETS));
    return octets;
  }
}

type OctetsInput = Extract<Input, { readonly octets: Uint8Array }>;

function hasOctets(input: Input): input is OctetsInput {
  return 'octets' in input;
}
