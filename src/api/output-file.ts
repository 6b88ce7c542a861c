import { closeSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from '../driver/real/make-folder.ts';
import { asFileError } from './files.ts';

/** A file written while a run goes on, from its start to its end. */
export class OutputFile {
  readonly path: string;
  readonly #descriptor: number;
  #waiting = '';

  constructor(path: string) {
    this.path = path;
    try {
      makeFolder(dirname(path));
      this.#descriptor = openSync(path, 'w');
    } catch (error) {
      throw asFileError(path, error, 'written');
    }
  }

  octets(octets: Uint8Array, position?: number): void {
    try {
      // A disk that fills up takes a part, and says so only to who brings the rest.
      for (let at = 0; at < octets.length;) {
        const place = position === undefined ? null : position + at;
        at += writeSync(this.#descriptor, octets, at, octets.length - at, place);
      }
    } catch (error) {
      throw asFileError(this.path, error, 'written');
    }
  }

  /** Lines are gathered: a write to the disk for each would cost more than the line. */
  line(text: string): void {
    this.text(`${text}\n`);
  }

  text(text: string): void {
    this.#waiting += text;
    if (this.#waiting.length > WAITING_MAX) this.flush();
  }

  close(): void {
    this.flush();
    closeSync(this.#descriptor);
  }

  /** Writes what was gathered: a run that is killed then leaves it. */
  flush(): void {
    this.octets(new TextEncoder().encode(this.#waiting));
    this.#waiting = '';
  }
}

const WAITING_MAX = 1 << 16;
