import type { Line } from '../api/report.ts';
import { paint } from './output.ts';

/** The alternate screen, cursor hidden, long lines cut instead of wrapped; and back. */
const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[2J';
const LEAVE = '\u001b[?7h\u001b[?25h\u001b[?1049l';
const CLEAR = '\u001b[2J';
const REST_OF_ROW = '\u001b[K';

/** What a screen asks of its terminal: a `tty.WriteStream`, or a test's. */
export interface Terminal {
  /** Octets that have not left yet. */
  readonly writableLength: number;
  write(data: string): unknown;
}

/** A whole terminal, drawn again and again: one write a frame, of the rows that changed. */
export class Screen {
  readonly #terminal: Terminal;
  readonly #isPlain: boolean;
  /** What stands in each row; undefined: nobody knows. */
  #rows: string[] | undefined;
  #isOpen = false;

  constructor(terminal: Terminal, options: { readonly isPlain: boolean }) {
    this.#terminal = terminal;
    this.#isPlain = options.isPlain;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#rows = undefined;
    this.#terminal.write(ENTER);
  }

  /** The terminal has another size, or somebody else wrote on it: the next frame is drawn whole. */
  forget(): void {
    this.#rows = undefined;
  }

  /** A frame that comes before the last one has left is not drawn. */
  draw(lines: readonly Line[]): void {
    if (!this.#isOpen || this.#terminal.writableLength > 0) return;
    const rows = lines.map((line) => paint(line, this.#isPlain));
    const before = this.#rows;
    let changes = before === undefined ? CLEAR : '';
    for (let row = 0; row < Math.max(rows.length, before?.length ?? 0); row++) {
      const text = rows[row] ?? '';
      if (text !== (before?.[row] ?? '')) changes += `\u001b[${row + 1};1H${text}${REST_OF_ROW}`;
    }
    this.#rows = rows;
    if (changes !== '') this.#terminal.write(changes);
  }

  /** The terminal as it was before. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#terminal.write(LEAVE);
  }
}
