import { formatIp, parseIp } from '../core/address.ts';
import { formatNote } from '../import/notes.ts';
import { type ImportedZone, importZone } from '../import/zone/zone.ts';
import { UsageError } from './failure.ts';
import { readText } from './files.ts';

/** Ten thousand record sets, which is all that a hosted zone may have, many times over. */
const FILE_OCTETS_MAX = 16 * 1024 * 1024;

export interface ZoneImportOptions {
  readonly origin?: string | undefined;
  /** The name server's own address, as text. */
  readonly ip: string;
}

/** A scenario file, and what there is to say about it. */
export interface ImportedZoneFile extends ImportedZone {
  /** One line for each note, with its place. */
  readonly lines: readonly string[];
  readonly warnings: number;
}

export function importZoneFiles(
  paths: readonly string[],
  { origin, ip }: ZoneImportOptions,
): ImportedZoneFile {
  const address = parseIp(ip);
  if (address === undefined)
    throw new UsageError(`--ip "${ip.slice(0, 60)}" is no address: write one such as 192.0.2.53`);
  const files = paths.map((path) => ({ name: path, text: readText(path, FILE_OCTETS_MAX) }));
  const imported = importZone({ files, origin, address: formatIp(address) });
  return {
    ...imported,
    lines: imported.notes.map(formatNote),
    warnings: imported.notes.filter(({ severity }) => severity === 'warning').length,
  };
}
