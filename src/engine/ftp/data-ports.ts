import type { Control } from './control.ts';

/** The ports of passive mode, each lent to one control connection at a time. */
export class DataPorts {
  readonly #first: number;
  readonly #last: number;
  readonly #owners = new Map<number, Control>();
  #next = 0;

  constructor({ first, last }: { readonly first: number; readonly last: number }) {
    this.#first = first;
    this.#last = last;
  }

  /** A port for this control connection, in turn; undefined when all are lent. */
  lend(owner: Control): number | undefined {
    const count = this.#last - this.#first + 1;
    for (let tried = 0; tried < count; tried++) {
      const port = this.#first + (this.#next++ % count);
      if (this.#owners.has(port)) continue;
      this.#owners.set(port, owner);
      return port;
    }
    return undefined;
  }

  giveBack(port: number): void {
    this.#owners.delete(port);
  }

  ownerOf(port: number): Control | undefined {
    return this.#owners.get(port);
  }
}
