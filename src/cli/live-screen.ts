import type { Trace } from '../core/driver.ts';
import type { Pace } from '../api/virtual-run.ts';
import type { Onlooker, RunSubject } from '../api/run.ts';
import { hostRows, FRAME_ROWS, screenLines, screenModel, SCREENS, Tempo } from '../api/screen.ts';
import type { ScreenModel, ScreenName } from '../api/screen.ts';
import { wantsColour } from './output.ts';
import { speedOf } from './run-flags.ts';
import type { Flags, Session } from './program.ts';
import { Screen } from './screen.ts';

/** Ten frames a second. */
const FRAME_MS = 100;
/** Of a terminal that does not say. */
const COLUMNS = 80;
const ROWS = 24;

type Progress = NonNullable<Pace['progress']>;

/** The screens of one run: what it shows, the keys, and the terminal, which is given back whatever happens. */
export class LiveScreen implements Onlooker {
  readonly #session: Session;
  readonly #ladders: readonly string[];
  readonly #tempo: Tempo | undefined;
  readonly #screen = new Screen(process.stdout, { isPlain: false });
  /** What was said meanwhile: it would stand in the middle of the screen. */
  readonly #notes: string[] = [];
  #model: ScreenModel | undefined;
  #shown: ScreenName = 'ladder';
  #first = 0;
  #atUs = 0;
  #ofUs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(session: Session, how: { ladders: readonly string[]; tempo: Tempo | undefined }) {
    this.#session = session;
    this.#ladders = how.ladders;
    this.#tempo = how.tempo;
  }

  /** The pace of a run that is looked at; `progress` is told when it no longer is. */
  pace(untilUs: number | undefined, progress: Progress): Pace {
    return {
      untilUs,
      tempo: this.#tempo,
      begun: (run) => this.#model?.begin(run),
      progress: (at, of) => {
        this.#atUs = at;
        this.#ofUs = of;
        if (!this.#screen.isOpen) progress(at, of);
      },
    };
  }

  listen(subject: RunSubject): Trace {
    this.#model = screenModel(subject, this.#ladders);
    this.#open();
    return this.#model;
  }

  ended(): void {
    this.close();
  }

  note(text: string): void {
    if (this.#screen.isOpen) this.#notes.push(text);
    else this.#session.output.note(text);
  }

  #open(): void {
    const { stdin, stdout } = process;
    this.#screen.open();
    stdin.setRawMode(true);
    stdin.setEncoding('utf8');
    stdin.on('data', this.#typed);
    stdin.on('end', this.#finish);
    stdout.on('resize', this.#resized);
    // Each of these may be the last that happens.
    process.on('exit', this.#restore);
    process.on('uncaughtExceptionMonitor', this.#restore);
    this.#session.signal.addEventListener('abort', this.#restore);
    this.#timer = setInterval(() => this.#draw(), FRAME_MS);
  }

  /** The terminal is as before; what was said meanwhile is said now. */
  close(): void {
    if (!this.#screen.isOpen) return;
    clearInterval(this.#timer);
    const { stdin, stdout } = process;
    this.#screen.close();
    stdin.off('data', this.#typed);
    stdin.off('end', this.#finish);
    stdin.setRawMode(false);
    stdin.pause();
    stdout.off('resize', this.#resized);
    process.off('exit', this.#restore);
    process.off('uncaughtExceptionMonitor', this.#restore);
    this.#session.signal.removeEventListener('abort', this.#restore);
    for (const text of this.#notes.splice(0)) this.#session.output.note(text);
  }

  readonly #restore = (): void => this.close();

  readonly #resized = (): void => {
    this.#screen.forget();
    this.#draw();
  };

  readonly #finish = (): void => {
    this.#tempo?.giveUp();
    this.close();
  };

  /** Several keys may come at once. */
  readonly #typed = (text: string): void => {
    for (const key of keysOf(text)) {
      if (!this.#screen.isOpen) return;
      this.#press(key);
    }
    this.#draw();
  };

  #press(key: string): void {
    const screen = /^[1-9]$/.test(key) ? SCREENS[Number(key) - 1] : undefined;
    if (screen !== undefined) this.#shown = screen;
    const page = hostRows(this.#rows - FRAME_ROWS);
    switch (key) {
      case '+':
        return this.#tempo?.faster();
      case '-':
        return this.#tempo?.slower();
      case 'p':
        return this.#tempo?.pause();
      case '.':
        return this.#tempo?.step();
      case 'q':
        return this.#finish();
      case 'Q':
      case CTRL_C:
        // As if it had been typed where keys make signals: one way to stop, and it is main's. A second would be in earnest.
        this.close();
        process.kill(process.pid, 'SIGINT');
        return;
      case KEYS.up:
        return this.#scroll(-1);
      case KEYS.down:
        return this.#scroll(1);
      case KEYS.pageUp:
        return this.#scroll(-page);
      case KEYS.pageDown:
        return this.#scroll(page);
    }
  }

  #scroll(by: number): void {
    const last = (this.#model?.hosts ?? 0) - hostRows(this.#rows - FRAME_ROWS);
    this.#first = Math.max(0, Math.min(this.#first + by, last));
  }

  get #rows(): number {
    return process.stdout.rows || ROWS;
  }

  #draw(): void {
    if (this.#model === undefined || !this.#screen.isOpen) return;
    const tempo = this.#tempo;
    this.#screen.draw(
      screenLines(this.#model, {
        screen: this.#shown,
        first: this.#first,
        atUs: this.#atUs,
        ofUs: this.#ofUs,
        pace: tempo && { speed: tempo.speed, isPaused: tempo.isPaused },
        columns: process.stdout.columns || COLUMNS,
        rows: this.#rows,
      }),
    );
  }
}

const CTRL_C = '\u0003';
const KEYS = { up: '\u001b[A', down: '\u001b[B', pageUp: '\u001b[5~', pageDown: '\u001b[6~' };

/** Characters, and sequences of the keys that have none. */
function keysOf(text: string): readonly string[] {
  return text.match(/\u001b\[[\d;]*[A-Za-z~]|[^]/gu) ?? [];
}

/** The screens that were asked for, if there is a terminal to show them on; otherwise it says why not. */
export function liveScreenOf(session: Session, flags: Flags): LiveScreen | undefined {
  const { stdin, stdout } = process;
  const hasTerminal = stdin.isTTY && stdout.isTTY && process.env['TERM'] !== 'dumb';
  if (!hasTerminal || !wantsColour(stdout)) {
    const why = hasTerminal ? 'NO_COLOR asks for plain lines' : 'there is no terminal';
    session.output.note(`headend: --screen: ${why}, so the run is only told at its end`);
    return undefined;
  }
  const tempo = flags['mode'] === 'live' ? undefined : new Tempo(speedOf(flags) ?? 1);
  return new LiveScreen(session, { ladders: (flags['ladder'] ?? []) as readonly string[], tempo });
}
