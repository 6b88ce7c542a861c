import { formatCount } from '../api/report.ts';
import type { LoadedScenario } from '../api/load-scenario.ts';
import { stepLines, walkThrough, type StepKey } from '../api/step.ts';
import { cutCell, type SweptCell } from '../api/unit.ts';
import { loadOptionsOf } from './load-flags.ts';
import { seedOf, type Flags, type Session } from './program.ts';
import { untilOf } from './run-flags.ts';

const HELP = '. step   n next of interest   b back   q quit';

/** Shows a run event by event. What comes back is what the run is of: cut where it was left. */
export async function stepThrough(
  { output, signal }: Session,
  { cell, loaded }: { readonly cell: SweptCell; readonly loaded: LoadedScenario },
  flags: Flags,
): Promise<SweptCell> {
  const keys = new Keys(process.stdin, signal, (text) => output.note(`headend: no key "${text}": ${HELP}`));
  try {
    if (keys.isTerminal) output.note(HELP);
    const walked = {
      loaded,
      seed: seedOf(flags),
      untilUs: untilOf(flags),
      key: () => keys.next(),
      show: (step: Parameters<typeof stepLines>[0]) => output.lines(stepLines(step)),
      atFirst: () => output.note('headend: this is the first event'),
    };
    const { leftAtUs, passed } = await walkThrough(walked, signal);
    signal.throwIfAborted();
    if (passed > 0) output.lines([[{ text: `(${formatCount(passed)} more to the end)`, style: 'dim' }]]);
    output.lines([[]]);
    if (leftAtUs === undefined) return cell;
    return cutCell(cell, { loaded, load: loadOptionsOf(flags), atUs: leftAtUs });
  } finally {
    keys.close();
  }
}

const KEYS: ReadonlyMap<string, StepKey> = new Map([
  ['.', 'step'],
  [' ', 'step'],
  ['\r', 'step'],
  ['\n', 'step'],
  ['n', 'next'],
  ['b', 'back'],
  ['q', 'quit'],
  // Ctrl-D
  ['\u0004', 'quit'],
]);

/** Keys of a terminal as they are pressed, or the letters of lines, where an empty line is Enter. The end of the input is `q`. */
class Keys {
  readonly isTerminal: boolean;
  readonly #input: NodeJS.ReadStream;
  readonly #unknown: (text: string) => void;
  readonly #signal: AbortSignal;
  #waiting: string[] = [];
  #hasEnded = false;
  #isLineStart = true;
  #wake: (() => void) | undefined;

  constructor(input: NodeJS.ReadStream, signal: AbortSignal, unknown: (text: string) => void) {
    this.#input = input;
    this.#unknown = unknown;
    this.#signal = signal;
    this.isTerminal = input.isTTY;
    if (this.isTerminal) input.setRawMode(true);
    input.setEncoding('utf8');
    input.on('data', this.#take).on('end', this.#end).on('error', this.#end);
    signal.addEventListener('abort', this.#end);
  }

  async next(): Promise<StepKey> {
    for (;;) {
      const text = this.#waiting.shift();
      if (text !== undefined) {
        const key = KEYS.get(text);
        if (key !== undefined) return key;
        this.#unknown(text);
      } else if (this.#hasEnded) return 'quit';
      else {
        this.#input.resume();
        await new Promise<void>((wake) => (this.#wake = wake));
      }
    }
  }

  close(): void {
    this.#input.off('data', this.#take).off('end', this.#end).off('error', this.#end);
    this.#signal.removeEventListener('abort', this.#end);
    if (this.isTerminal) this.#input.setRawMode(false);
    this.#input.pause();
  }

  readonly #take = (data: string | Buffer): void => {
    for (const text of String(data)) {
      // A terminal that is read key by key makes no signal of Ctrl-C.
      if (!this.isTerminal && text === '\r') continue;
      if (this.isTerminal && text === '\u0003') process.kill(process.pid, 'SIGINT');
      else if (this.isTerminal || text !== '\n' || this.#isLineStart) this.#waiting.push(text);
      this.#isLineStart = text === '\n';
    }
    // What is typed ahead of a run waits where it is.
    this.#input.pause();
    this.#wake?.();
  };

  readonly #end = (): void => {
    this.#hasEnded = true;
    this.#wake?.();
  };
}
