import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { DecodeError } from '../core/errors.ts';
import { portableCrypto } from '../crypto/portable.ts';
import { importCapture, type ImportedBoot } from '../import/capture/capture.ts';
import { FileError } from './failure.ts';
import { readOctets, writeOctets } from './files.ts';

/** A capture is read whole. */
const CAPTURE_OCTETS_MAX = 512 * 1024 * 1024;
export interface CaptureImport extends ImportedBoot {
  /** What was written, the scenario first. */
  readonly written: readonly string[];
}

/** Writes a scenario out of a capture, and the files of its boot into a folder beside it. */
export function importCaptureFile(
  path: string,
  { out, force }: { readonly out: string; readonly force: boolean },
): CaptureImport {
  const stem = basename(out).replace(/\.[A-Za-z0-9]{1,8}$/, '');
  const folder = `${stem}-files`;
  const base = dirname(resolve(out));
  const imported = readCapture(path, stem, folder);
  if (imported.leases === 0)
    throw new FileError(
      path,
      'no client is leased an address in it',
      'record where the DHCP server or its relay is, from before the first DISCOVER',
    );
  const targets = [out, ...imported.files.map(({ name }) => join(base, folder, name))];
  for (const target of targets)
    if (existsSync(target) && !force)
      throw new FileError(target, 'there is such a file already', 'write elsewhere, or over it with --force');
  for (const { name, octets } of imported.files) writeOctets(join(base, folder, name), octets);
  writeOctets(out, imported.scenario);
  return { ...imported, written: targets };
}

function readCapture(path: string, stem: string, folder: string): ImportedBoot {
  const name = stem
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 64);
  try {
    const octets = readOctets(path, CAPTURE_OCTETS_MAX);
    return importCapture({
      octets,
      fileName: path,
      name: name || 'imported',
      folder,
      crypto: portableCrypto,
    });
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new FileError(path, `it is no capture that is read here: ${error.message}`, 'pcapng and pcap are');
  }
}
