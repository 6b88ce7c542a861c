import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Mistake, quote, ScenarioError } from '../config/mistakes.ts';
import type { FileReference } from '../config/place.ts';
import type { Scenario } from '../config/scenario.ts';
import type { FileSource } from '../store/file-table.ts';
import type { Contents } from '../topology/contents.ts';
import { isInside, readBeside } from './beside.ts';
import { readPlaces } from './places.ts';
import { readRecording } from './recording.ts';

/** What is read whole: zones, configurations, keys. Larger files are for TFTP, which reads in pieces. */
const WHOLE_OCTETS_MAX = 64 * 1024 * 1024;
export const FOLDER_FILES_MAX = 10_000;
export const FOLDER_DEPTH_MAX = 16;

/** Whether files may lie outside of the scenario's folder: `--allow-path`. */
export type Reach = 'inside' | 'any';

/**
 * Opens what a scenario names. All references are judged first, so that every missing or forbidden file is reported at
 * once, each with its place; a link that leads out of the folder is as forbidden as `..` is.
 */
export function openContents(scenario: Scenario, scenarioPath: string, reach: Reach): Contents {
  const base = dirname(resolve(scenarioPath));
  const paths = new Map<FileReference, string>();
  const mistakes: Mistake[] = [];
  for (const reference of scenario.files) {
    const judged = judge(reference, base, reach);
    if (typeof judged === 'string') paths.set(reference, judged);
    else mistakes.push({ ...reference.place, path: reference.at, ...judged });
  }
  if (mistakes.length > 0) throw new ScenarioError(scenario.fileName, mistakes);
  const pathOf = (reference: FileReference): string => paths.get(reference) ?? resolve(base, reference.path);
  return {
    octets: (reference) => readWhole(scenario, reference, pathOf(reference)),
    source: (reference) => new DiskSource(pathOf(reference)),
    folder: (reference) => listFolder(pathOf(reference)),
    beside: (reference, name) => readBeside(pathOf(reference), name),
    recording: (reference) =>
      readRecording(readWhole(scenario, reference, pathOf(reference)), reference, scenario),
    places: (reference) => readPlaces(readWhole(scenario, reference, pathOf(reference)), reference, scenario),
  };
}

function readWhole(scenario: Scenario, reference: FileReference, path: string): Uint8Array {
  const { size } = statSync(path);
  if (size <= WHOLE_OCTETS_MAX) return new Uint8Array(readFileSync(path));
  const message = `${quote(reference.path)} has ${size} octets`;
  const hint = `what is read whole has at most ${WHOLE_OCTETS_MAX}`;
  throw new ScenarioError(scenario.fileName, [{ ...reference.place, path: reference.at, message, hint }]);
}

type Wrong = Pick<Mistake, 'message' | 'hint'>;

function judge(reference: FileReference, base: string, reach: Reach): string | Wrong {
  const path = resolve(base, reference.path);
  try {
    const real = realpathSync(path);
    if (reach === 'inside' && !isInside(real, realpathSync(base)))
      return {
        message: `${quote(reference.path)} leads out of the scenario's folder`,
        hint: 'put the file there, or allow it with --allow-path',
      };
    const found = statSync(real);
    if (reference.kind === 'folder') {
      if (!found.isDirectory())
        return { message: `${quote(reference.path)} is not a folder`, hint: 'name a folder' };
      accessSync(real, constants.R_OK | constants.X_OK);
      return real;
    }
    if (!found.isFile())
      return { message: `${quote(reference.path)} is not a file`, hint: 'name a regular file' };
    closeSync(openSync(real, 'r'));
    return real;
  } catch (error) {
    return unreadable(reference, path, error);
  }
}

function unreadable({ path: written, kind }: FileReference, path: string, error: unknown): Wrong {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return { message: `there is no ${kind} ${quote(written)}`, hint: `it was looked for as ${quote(path)}` };
  if (code === 'EACCES' || code === 'EPERM')
    return { message: `${quote(written)} may not be read`, hint: 'check its owner and mode' };
  if (code === 'ELOOP')
    return { message: `${quote(written)} is a link to itself`, hint: 'name a regular file' };
  return { message: `${quote(written)} cannot be opened (${code})`, hint: 'check the file and its disk' };
}

/** Links inside the folder are followed when they stay inside; what leads out, and what is no regular file, is not served. */
function listFolder(root: string): { name: string; source: FileSource }[] {
  const files: { name: string; source: FileSource }[] = [];
  const walk = (folder: string, prefix: string, depth: number): void => {
    for (const found of namesIn(folder)) {
      if (files.length >= FOLDER_FILES_MAX) return;
      const path = join(folder, found);
      const real = realOrNone(path);
      if (real === undefined || !isInside(real, root)) continue;
      const stat = statSync(real);
      if (stat.isDirectory() && depth < FOLDER_DEPTH_MAX) walk(path, `${prefix}${found}/`, depth + 1);
      if (stat.isFile()) files.push({ name: `${prefix}${found}`, source: new DiskSource(real) });
    }
  };
  walk(root, '', 0);
  return files;
}

/** None of a folder that may not be read: the rest is served, and `doctor` names it. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function realOrNone(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    // A dangling link: nothing to serve.
    return undefined;
  }
}

/** Neither a link nor a pipe that came to stand there later: opening a pipe would wait for its writer. Windows has no such flags. */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** A file on the disk, open while a transfer uses it; `size` is what it was when it was last opened. */
class DiskSource implements FileSource {
  readonly #path: string;
  #descriptor: number | undefined;
  #users = 0;
  #size: number;

  constructor(path: string) {
    this.#path = path;
    this.#size = statSync(path).size;
  }

  get size(): number {
    return this.#size;
  }

  retain(): void {
    this.#users++;
    this.#open();
  }

  release(): void {
    this.#users--;
    if (this.#users > 0 || this.#descriptor === undefined) return;
    closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  read(offset: number, into: Uint8Array, at: number, count: number): number {
    const descriptor = this.#open();
    if (descriptor === undefined) return -1;
    try {
      let done = 0;
      while (done < count) {
        const got = readSync(descriptor, into, at + done, count - done, offset + done);
        if (got === 0) break;
        done += got;
      }
      return done;
    } catch {
      // The disk failed, or the file went: the transfer ends with an error of its own.
      return -1;
    }
  }

  #open(): number | undefined {
    if (this.#descriptor !== undefined) return this.#descriptor;
    try {
      // The path was judged with its links resolved: a folder of it may be a link by now.
      if (realpathSync(this.#path) !== this.#path) return undefined;
      const descriptor = openSync(this.#path, OPEN_FLAGS);
      const found = fstatSync(descriptor);
      if (!found.isFile()) {
        closeSync(descriptor);
        return undefined;
      }
      this.#descriptor = descriptor;
      this.#size = found.size;
      return descriptor;
    } catch {
      return undefined;
    }
  }
}
