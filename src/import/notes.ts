import type { Place } from '../config/place.ts';
import { escapeText } from '../core/text.ts';

/** Where something stands in the files that are read, from 1. */
export interface Origin extends Place {
  readonly file: string;
}

/** `warning`: it was not taken over, or does not mean quite the same. `note`: something was chosen, or has no meaning here. */
export type Severity = 'warning' | 'note';

export interface Note extends Origin {
  readonly severity: Severity;
  /** What became of it, in one clause. */
  readonly message: string;
  /** What to do about it; empty: nothing. */
  readonly hint: string;
}

/** More than a person reads; the rest are counted. */
const NOTES_MAX = 2_000;

/** All that there is to say about a file that is brought in. */
export class Notes {
  readonly #list: Note[] = [];
  readonly #seen = new Set<string>();
  #more = 0;

  warn(origin: Origin, message: string, hint = ''): void {
    this.#add('warning', origin, message, hint);
  }

  say(origin: Origin, message: string, hint = ''): void {
    this.#add('note', origin, message, hint);
  }

  /** By file and place, those of the same place in the order they were found. */
  inOrder(): readonly Note[] {
    const files = [...new Set(this.#list.map(({ file }) => file))];
    const sorted = this.#list.toSorted(
      (a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column,
    );
    const last = sorted.at(-1);
    if (this.#more === 0 || last === undefined) return sorted;
    return [...sorted, { ...last, severity: 'warning', message: `and ${this.#more} more`, hint: '' }];
  }

  #add(severity: Severity, { file, line, column }: Origin, message: string, hint: string): void {
    const key = `${file}:${line}:${column} ${message}`;
    if (this.#seen.has(key)) return;
    if (this.#list.length >= NOTES_MAX) {
      this.#more++;
      return;
    }
    this.#seen.add(key);
    this.#list.push({ file, line, column, severity, message, hint });
  }
}

/** `kea.json:12:5 warning: "loggers" was not taken over: use --log-level` */
export function formatNote({ file, line, column, severity, message, hint }: Note): string {
  const remedy = hint === '' ? '' : `: ${hint}`;
  return `${escapeText(file)}:${line}:${column} ${severity}: ${message}${remedy}`;
}
