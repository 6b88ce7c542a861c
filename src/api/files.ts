import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { EnvironmentError } from '../core/errors.ts';
import { escapeText } from '../core/text.ts';
import { makeFolder } from '../driver/real/make-folder.ts';
import { FileError } from './failure.ts';

/** Octets of a file that a person named, at most `max`. */
export function readOctets(path: string, max: number): Uint8Array {
  try {
    const found = statSync(path);
    // A device or a pipe may have no end.
    if (!found.isFile() && !found.isDirectory())
      throw new FileError(path, 'that is no regular file', 'name a file on a disk');
    if (found.size > max)
      throw new FileError(path, `the file has ${found.size} octets`, `what is read here has at most ${max}`);
    return new Uint8Array(readFileSync(path));
  } catch (error) {
    throw asFileError(path, error, 'read');
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
