import { prefixContains, type Ip, type Prefix } from '../../core/address.ts';

/** What a packet filter looks at of one packet. Undefined: any. */
export interface Passage {
  readonly direction: 'in' | 'out';
  readonly family: 4 | 6;
  /** Where it comes in or goes out. */
  readonly interface: string | undefined;
  readonly protocol: 'udp' | 'tcp';
  readonly sourcePort: number | undefined;
  readonly destinationPort: number | undefined;
  readonly source: Ip | undefined;
  readonly destination: Ip | undefined;
  /** As connection tracking has it; undefined: it depends. */
  readonly state: 'new' | 'established' | undefined;
}

/** One condition of a rule; `unread` is any that is not understood here. */
export type Match =
  | { readonly kind: 'interface'; readonly side: 'in' | 'out'; readonly names: readonly string[] }
  | { readonly kind: 'protocol'; readonly names: readonly string[] }
  | {
      readonly kind: 'port';
      readonly side: 'source' | 'destination';
      readonly ranges: readonly (readonly [number, number])[];
    }
  | {
      readonly kind: 'address';
      readonly side: 'source' | 'destination';
      readonly prefixes: readonly Prefix[];
    }
  | { readonly kind: 'state'; readonly states: readonly string[] }
  | { readonly kind: 'family'; readonly families: readonly (4 | 6)[] }
  | { readonly kind: 'not'; readonly match: Match }
  | { readonly kind: 'unread' };

export type FilterVerdict =
  | { readonly kind: 'accept' | 'drop' | 'divert' | 'return' | 'none' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string };

export interface FilterRule {
  /** As a person would find it. */
  readonly text: string;
  readonly matches: readonly Match[];
  readonly verdict: FilterVerdict;
}

export interface FilterChain {
  /** Such as `inet filter`: chains jump inside of one table. */
  readonly table: string;
  readonly name: string;
  /** Where the kernel enters it; undefined: by jumps only. */
  readonly hook: 'prerouting' | 'input' | 'output' | 'other' | undefined;
  readonly families: readonly (4 | 6)[];
  /** What becomes of what no rule decides. */
  readonly policy: 'accept' | 'drop';
  readonly rules: readonly FilterRule[];
}

/** `some`: it depends on what was not given, or on a condition that is not understood. */
export interface Fate {
  readonly kind: 'passes' | 'dropped' | 'diverted' | 'some';
  /** The rule or policy that decides, or may. */
  readonly by: string;
  /** Where the kernel entered; undefined when it passes. */
  readonly chain: FilterChain | undefined;
}

const PASSES: Fate = { kind: 'passes', by: '', chain: undefined };

type Holds = 'yes' | 'no' | 'maybe';

const HOOKS = { in: ['prerouting', 'input'], out: ['output'] } as const;
/** Chains that jump deeper than the kernel allows (16) are not followed. */
const DEPTH_MAX = 16;

/** What becomes of a packet in all the chains that it meets: the worst of their verdicts. */
export function fateOf(passage: Passage, chains: readonly FilterChain[]): Fate {
  let doubt: Fate | undefined;
  for (const chain of chains) {
    const { hook } = chain;
    if (!HOOKS[passage.direction].some((wanted) => wanted === hook)) continue;
    if (!chain.families.includes(passage.family)) continue;
    const fate = new Walk(passage, chains).through(chain);
    if (fate.kind === 'dropped' || fate.kind === 'diverted') return fate;
    if (fate.kind === 'some') doubt ??= fate;
  }
  return doubt ?? PASSES;
}

type End = { readonly kind: 'accept' | 'drop' | 'divert'; readonly by: string } | undefined;

/** One packet's way through a base chain and those it jumps to. */
class Walk {
  readonly #passage: Passage;
  readonly #chains: readonly FilterChain[];
  /** The first rule that may have decided otherwise. */
  #maybe: { accept: string | undefined; drop: string | undefined } = { accept: undefined, drop: undefined };

  constructor(passage: Passage, chains: readonly FilterChain[]) {
    this.#passage = passage;
    this.#chains = chains;
  }

  through(chain: FilterChain): Fate {
    const end = this.#walk(chain, 'sure', 0) ?? {
      kind: chain.policy,
      by: `policy ${chain.policy} of ${chain.table} ${chain.name}`,
    };
    const { accept, drop } = this.#maybe;
    if (end.kind === 'accept') return drop === undefined ? PASSES : { kind: 'some', by: drop, chain };
    if (accept !== undefined) return { kind: 'some', by: accept, chain };
    return { kind: end.kind === 'drop' ? 'dropped' : 'diverted', by: end.by, chain };
  }

  #walk(chain: FilterChain, certainty: 'sure' | 'doubtful', depth: number): End {
    for (const { text, matches, verdict } of chain.rules) {
      const holds = allOf(matches, this.#passage);
      if (holds === 'no' || verdict.kind === 'none') continue;
      const isSure = certainty === 'sure' && holds === 'yes';
      const by = `${chain.table} ${chain.name}: ${text}`;
      if (verdict.kind === 'return') {
        if (holds === 'yes') return undefined;
        continue;
      }
      if (verdict.kind === 'jump' || verdict.kind === 'goto') {
        const next = this.#chains.find(({ table, name }) => table === chain.table && name === verdict.chain);
        if (next === undefined || depth >= DEPTH_MAX) continue;
        const end = this.#walk(next, isSure ? 'sure' : 'doubtful', depth + 1);
        if (end !== undefined && isSure) return end;
        if (verdict.kind === 'goto' && holds === 'yes') return undefined;
        continue;
      }
      if (isSure) return { kind: verdict.kind, by };
      if (verdict.kind === 'accept') this.#maybe.accept ??= by;
      else this.#maybe.drop ??= by;
      if (holds === 'yes') return undefined;
    }
    return undefined;
  }
}

function allOf(matches: readonly Match[], passage: Passage): Holds {
  let all: Holds = 'yes';
  for (const match of matches) {
    const holds = holdsOf(match, passage);
    if (holds === 'no') return 'no';
    if (holds === 'maybe') all = 'maybe';
  }
  return all;
}

function holdsOf(match: Match, passage: Passage): Holds {
  switch (match.kind) {
    case 'interface':
      // The other side of a packet that stays here or begins here has no interface.
      if (match.side !== passage.direction) return 'no';
      return known(passage.interface, (name) => match.names.some((wanted) => isNamed(name, wanted)));
    case 'protocol':
      return match.names.includes(passage.protocol) ? 'yes' : 'no';
    case 'port':
      return known(match.side === 'source' ? passage.sourcePort : passage.destinationPort, (port) =>
        match.ranges.some(([first, last]) => port >= first && port <= last),
      );
    case 'address':
      return known(match.side === 'source' ? passage.source : passage.destination, (address) =>
        match.prefixes.some((prefix) => prefixContains(prefix, address)),
      );
    case 'state':
      return known(passage.state, (state) => match.states.includes(state));
    case 'family':
      return match.families.includes(passage.family) ? 'yes' : 'no';
    case 'not':
      return NEGATED[holdsOf(match.match, passage)];
    case 'unread':
      return 'maybe';
  }
}

const NEGATED: Readonly<Record<Holds, Holds>> = { yes: 'no', no: 'yes', maybe: 'maybe' };

function known<T>(value: T | undefined, test: (value: T) => boolean): Holds {
  if (value === undefined) return 'maybe';
  return test(value) ? 'yes' : 'no';
}

/** `lan*` (nft) and `lan+` (iptables) stand for all that begin so. */
function isNamed(name: string, wanted: string): boolean {
  return /[*+]$/.test(wanted) ? name.startsWith(wanted.slice(0, -1)) : name === wanted;
}
