import type { CommandInput, Plain } from '../../core/service.ts';

interface Waiting {
  readonly input: CommandInput;
  /** How many hosts it waits for. */
  hosts: number;
}

/** Commands that wait for their moment: one for all hosts that are told the same in a row, such as a million to power on. */
export class Commands {
  readonly #waiting: (Waiting | undefined)[] = [];
  readonly #free: number[] = [];
  #last = 0;

  /** The number of the command, to be taken once. */
  add(verb: string, args: Readonly<Record<string, Plain>>): number {
    const last = this.#waiting[this.#last];
    if (last?.input.verb === verb && last.input.args === args) {
      last.hosts++;
      return this.#last;
    }
    const number = this.#free.pop() ?? this.#waiting.length;
    this.#waiting[number] = { input: { kind: 'command', verb, args }, hosts: 1 };
    this.#last = number;
    return number;
  }

  take(number: number): CommandInput {
    const waiting = this.#waiting[number]!;
    if (--waiting.hosts === 0) {
      this.#waiting[number] = undefined;
      this.#free.push(number);
    }
    return waiting.input;
  }
}
