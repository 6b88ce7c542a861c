import { closeSync, fstatSync, openSync, readSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { EnvironmentError } from '../core/errors.ts';
import { escapeText } from '../core/text.ts';
import { makeFolder } from '../driver/real/make-folder.ts';
import { FileError } from './failure.ts';

const CHUNK_OCTETS = 64 * 1024;

/** Octets of a file that a person named, at most `max`; a pipe such as `<(...)` or /dev/null is read to its end as well. */
export function readOctets(path: string, max: number): Uint8Array {
  try {
    const file = openSync(path, 'r');
    try {
      return readToEnd(file, path, max);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw asFileError(path, error, 'read');
  }
}

/** A device may have no end, so what is read is counted, whatever the size is said to be. */
function readToEnd(file: number, path: string, max: number): Uint8Array {
  const found = fstatSync(file);
  if (found.isDirectory()) throw new FileError(path, 'that is a folder', 'name a file');
  const size = found.isFile() ? found.size : 0;
  const tooLong = (octets: number | string): FileError =>
    new FileError(path, `the file has ${octets} octets`, `what is read here has at most ${max}`);
  if (size > max) throw tooLong(size);
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const piece = new Uint8Array(Math.max(size - length, CHUNK_OCTETS));
    const count = readSync(file, piece);
    if (count === 0) return Buffer.concat(pieces, length);
    length += count;
    if (length > max) throw tooLong(`more than ${max}`);
    pieces.push(piece.subarray(0, count));
  }
}

export function readText(path: string, max: number): string {
  return new TextDecoder('utf-8').decode(readOctets(path, max));
}

/** Makes the folder, too. */
export function writeOctets(path: string, octets: Uint8Array | string): void {
  try {
    makeFolder(dirname(path));
    writeFileSync(path, octets);
  } catch (error) {
    throw asFileError(path, error, 'written');
  }
}

/** The error of a file that a person named, in a person's words; other errors as they are. */
export function asFileError(path: string, error: unknown, verb: 'read' | 'written'): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  switch (error.code) {
    case 'ENOENT':
      if (verb === 'written')
        return new FileError(path, 'the folder cannot be made', 'name one where files may be made');
      return new FileError(path, 'there is no such file', 'check the name and the folder you are in');
    case 'EACCES':
    case 'EPERM':
      return new FileError(path, `the file may not be ${verb}`, 'check its owner and mode');
    case 'EISDIR':
      return new FileError(path, 'that is a folder', 'name a file');
    case 'EEXIST':
    case 'ENOTDIR':
      return new FileError(path, 'a part of the path is a file', 'name a folder there');
    case 'ENOSPC':
      return new EnvironmentError(`${escapeText(path)}: the disk is full`, 'make room, or write elsewhere');
    case 'EROFS':
      return new EnvironmentError(`${escapeText(path)}: the disk is mounted read-only`, 'write elsewhere');
    default:
      return new FileError(
        path,
        `the file cannot be ${verb} (${String(error.code)})`,
        'see the code in errno(3)',
      );
  }
}
