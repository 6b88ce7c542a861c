const HAS_MACHINE = 1;

/**
 * The state that each host shows, and the one that its CMTS shows of it: both of a host lie side by side, as numbers of texts, since
 * hardly two changes in a row are of one host of 100,000.
 */
export class ShownStates {
  /** What the numbers stand for: states are few. */
  readonly #texts: (string | undefined)[] = [undefined];
  readonly #numbers = new Map<string, number>();
  /** Of each host its own state, twice its number, and whether it has a machine of its own; then its CMTS's. */
  readonly #shown: Uint32Array;

  constructor(hosts: number) {
    this.#shown = new Uint32Array(hosts * 2);
  }

  /** Undefined: it has not said anything yet. */
  own(host: number): string | undefined {
    return this.#texts[(this.#shown[host * 2] ?? 0) >>> 1];
  }

  /** A host that looks names up besides is shown by its own machine, not by its last look-up. */
  enter(host: number, machine: string, state: string): void {
    const isLookup = machine === 'stub';
    const hasMachine = (this.#shown[host * 2] ?? 0) & HAS_MACHINE;
    if (isLookup && hasMachine !== 0) return;
    this.#shown[host * 2] = this.#numberOf(state) * 2 + (isLookup ? 0 : HAS_MACHINE);
  }

  /** Undefined: no CMTS has heard of it. */
  byCmts(host: number): string | undefined {
    return this.#texts[this.#shown[host * 2 + 1] ?? 0];
  }

  enterByCmts(host: number, state: string): void {
    this.#shown[host * 2 + 1] = this.#numberOf(state);
  }

  #numberOf(state: string): number {
    const known = this.#numbers.get(state);
    if (known !== undefined) return known;
    const number = this.#texts.push(state) - 1;
    this.#numbers.set(state, number);
    return number;
  }
}
