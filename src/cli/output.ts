import { styleText } from 'node:util';
import { jsonText, visibleText } from '../api/report.ts';
import type { Line, Style } from '../api/report.ts';

type Format = Parameters<typeof styleText>[0];

const FORMATS: Readonly<Record<Style, Format | undefined>> = {
  plain: undefined,
  dim: 'dim',
  strong: 'bold',
  good: 'green',
  warn: 'yellow',
  bad: 'red',
  message: 'cyan',
  command: 'bold',
};

/** A command of ours, also the second in a line. */
const OWN_COMMAND = /(^| {2,})headend /g;

/** Where results and progress go. A reader that goes away (`| head`) ends the printing, not the work. */
export class Output {
  readonly #streams: { readonly out: NodeJS.WriteStream; readonly err: NodeJS.WriteStream };
  readonly #gone = new Set<NodeJS.WriteStream>();
  /** How this program was called, which commands that are shown begin with. */
  readonly #program: string;
  #trouble: NodeJS.ErrnoException | undefined;
  #hasStatus = false;

  constructor(
    program = 'headend',
    { out, err }: Record<'out' | 'err', NodeJS.WriteStream> = { out: process.stdout, err: process.stderr },
  ) {
    this.#program = program;
    this.#streams = { out, err };
    for (const stream of [out, err])
      stream.on('error', (error: NodeJS.ErrnoException) => {
        this.#gone.add(stream);
        if (error.code !== 'EPIPE') this.#trouble ??= error;
      });
  }

  /** The terminal's width; undefined where there is no terminal, or one that does not know it, so that nothing is cut. */
  get columns(): number | undefined {
    return this.#streams.out.isTTY ? this.#streams.out.columns || undefined : undefined;
  }

  get isTerminal(): boolean {
    return this.#streams.out.isTTY;
  }

  /** Whether a line of progress can be written over the last one. */
  get canRewrite(): boolean {
    return this.#streams.err.isTTY && process.env['TERM'] !== 'dumb';
  }

  /** The result: lines on standard output. */
  lines(lines: readonly Line[]): void {
    const plain = !wantsColour(this.#streams.out);
    for (const line of lines) this.text(`${paint(this.#asCalled(line), plain)}\n`);
  }

  /** The result as it is. */
  text(text: string): void {
    this.#write(this.#streams.out, text);
  }

  octets(octets: Uint8Array): void {
    this.#write(this.#streams.out, octets);
  }

  json(value: unknown): void {
    this.text(`${jsonText(value, 2)}\n`);
  }

  /** Progress and trouble: standard error. */
  note(...lines: readonly string[]): void {
    for (const line of lines.flatMap((text) => text.split('\n')))
      this.#write(this.#streams.err, `${visibleText(line)}\n`);
  }

  /** A line of progress in the place of the last one; empty: it goes. */
  status(text: string): void {
    const columns = this.#streams.err.columns || 80;
    this.#write(this.#streams.err, `\r\u001b[K${visibleText(text).slice(0, columns - 1)}`);
    this.#hasStatus = text !== '';
  }

  /** Why not all that was printed arrived; a reader that went away is no trouble. Known after `flushed`. */
  get trouble(): NodeJS.ErrnoException | undefined {
    return this.#trouble;
  }

  /** All that was written has left. */
  async flushed(): Promise<void> {
    const drained = [this.#streams.out, this.#streams.err].map(
      (stream) =>
        new Promise<void>((resolve) => {
          if (this.#gone.has(stream) || stream.destroyed) resolve();
          else stream.write('', () => resolve());
        }),
    );
    await Promise.all(drained);
  }

  /** Whoever typed `node dist/cli/main.js` has no `headend` to type. */
  #asCalled(line: Line): Line {
    if (this.#program === 'headend') return line;
    return line.map((span) =>
      span.style === 'command'
        ? { ...span, text: span.text.replaceAll(OWN_COMMAND, `$1${this.#program} `) }
        : span,
    );
  }

  #write(stream: NodeJS.WriteStream, data: string | Uint8Array): void {
    // Both streams may be one terminal.
    if (this.#hasStatus) {
      this.#hasStatus = false;
      this.#write(this.#streams.err, '\r\u001b[K');
    }
    if (!this.#gone.has(stream)) stream.write(data);
  }
}

/** https://no-color.org: any value that is not empty; a dumb terminal and a pipe take no colour either. */
export function wantsColour(
  stream: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>> = process.env,
): boolean {
  const { NO_COLOR: noColour = '', TERM: terminal } = environment;
  return stream.isTTY === true && noColour === '' && terminal !== 'dumb';
}

export function paint(line: Line, plain: boolean): string {
  const text = line
    .map((span) => {
      const format = FORMATS[span.style];
      const shown = visibleText(span.text);
      return plain || format === undefined ? shown : styleText(format, shown, { validateStream: false });
    })
    .join('');
  return plain ? text.trimEnd() : text;
}
