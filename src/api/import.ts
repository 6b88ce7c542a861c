import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { realpathSync } from 'node:fs';
import { isIpv4, parseIp, type Ipv4 } from '../core/address.ts';
import { importConfiguration, type Imported } from '../import/import.ts';
import { formatNote } from '../import/notes.ts';
import type { IncludedFile } from '../import/includes.ts';
import type { Reach } from './contents.ts';
import { FileError, UsageError } from './failure.ts';
import { readText } from './files.ts';

/** Far above any configuration that people write. */
const FILE_OCTETS_MAX = 16 * 1024 * 1024;

export const IMPORT_FORMATS = ['kea', 'dhcpd', 'dnsmasq'] as const;

export interface ImportOptions {
  readonly format?: (typeof IMPORT_FORMATS)[number] | undefined;
  /** The server's own address, as text. */
  readonly ip?: string | undefined;
  readonly reach: Reach;
}

/** A scenario file out of another server's configuration, and what there is to say about it. */
export interface ImportedFile extends Imported {
  /** One line for each note, with its place. */
  readonly lines: readonly string[];
  readonly warnings: number;
}

export function importFile(path: string, { format, ip, reach }: ImportOptions): ImportedFile {
  const base = dirname(resolve(path));
  const imported = importConfiguration({
    text: readText(path, FILE_OCTETS_MAX),
    fileName: path,
    format,
    address: ip === undefined ? undefined : parseAddress(ip),
    include: (included, from) => readInclude(included, from, base, reach),
  });
  return {
    ...imported,
    lines: imported.notes.map(formatNote),
    warnings: imported.notes.filter(({ severity }) => severity === 'warning').length,
  };
}

function parseAddress(text: string): Ipv4 {
  const address = parseIp(text);
  if (address === undefined || !isIpv4(address))
    throw new UsageError(`--ip "${text.slice(0, 60)}" is no IPv4 address: write one such as 192.0.2.2`);
  return address;
}

/** Paths of an include are from the file that has it; without --allow-path they stay in the folder of the first one. */
function readInclude(path: string, from: string, base: string, reach: Reach): IncludedFile | string {
  const whole = resolve(dirname(resolve(from)), path);
  const shown = isAbsolute(path) ? whole : relative(process.cwd(), whole);
  try {
    if (reach === 'inside' && !isInside(realpathSync(whole), realpathSync(base)))
      return 'it is outside of the folder of the first file: allow it with --allow-path';
    return { file: shown, text: readText(whole, FILE_OCTETS_MAX) };
  } catch (error) {
    if (error instanceof FileError) return error.reason;
    if (error instanceof Error && 'code' in error) return `it cannot be read (${String(error.code)})`;
    throw error;
  }
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
