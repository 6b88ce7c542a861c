import type { Ip } from '../../core/address.ts';
import { equalOctets } from '../../core/bytes.ts';
import type { Crypto } from '../../core/crypto.ts';
import { DecodeError } from '../../core/errors.ts';
import { decodeConfigFile } from '../../codec/docsis/config-file.ts';
import { verifyCmMic, verifyCmtsMic } from '../../codec/docsis/mic.ts';
import { signConfig } from '../../codec/docsis/sign.ts';
import { textOf } from './subnets.ts';
import type { Fetched } from './transfers.ts';

/** A file to be written beside the scenario. */
export interface SavedFile {
  /** Its name in the folder of files. */
  readonly name: string;
  readonly octets: Uint8Array;
}

export interface ServedFile extends SavedFile {
  /** From the scenario's folder. */
  readonly path: string;
  readonly server: Ip;
  /** As clients ask for it. */
  readonly asked: string;
}

const EMPTY_SECRET = new Uint8Array(0);

/** The files that were fetched whole, each once, and what there is to say about the others. */
export function savedFiles(
  fetched: readonly Fetched[],
  folder: string,
  crypto: Crypto,
): { readonly files: readonly ServedFile[]; readonly remarks: readonly string[] } {
  const files: ServedFile[] = [];
  /** As they were fetched, by server and name. */
  const originals = new Map<string, Uint8Array>();
  const remarks = new Set<string>();
  for (const { server, name, content, isRefused } of fetched) {
    const asked = textOf(name);
    if (asked === undefined || asked.includes('{')) {
      remarks.add('a file was asked for by a name that is no text');
      continue;
    }
    const key = `${server} ${asked}`;
    const known = originals.get(key);
    if (content === undefined) {
      if (!isRefused && known === undefined)
        remarks.add(
          `"${asked}" did not come whole at least once: if no client has it, put the file there yourself`,
        );
    } else if (known === undefined) {
      const signed = withOwnMic(content, crypto);
      originals.set(key, content);
      const saved = fileName(asked, files);
      files.push({ server, asked, name: saved, path: `./${folder}/${saved}`, octets: signed.octets });
      if (signed.isNew)
        remarks.add(
          `"${asked}" was signed with a secret that no capture shows: it is signed anew, with the empty one that the CMTS here has`,
        );
    } else if (!equalOctets(known, content))
      remarks.add(`"${asked}" was not the same each time: the first is kept`);
  }
  return { files, remarks: [...remarks] };
}

/** The CMTS of the scenario has the empty secret, so a configuration is signed with that. */
function withOwnMic(
  content: Uint8Array,
  crypto: Crypto,
): { readonly octets: Uint8Array; readonly isNew: boolean } {
  const same = { octets: content, isNew: false };
  try {
    if (verifyCmMic(content, crypto) !== 'good') return same;
    if (verifyCmtsMic(content, EMPTY_SECRET, crypto) === 'good') return same;
    return { octets: signConfig(decodeConfigFile(content), { secret: EMPTY_SECRET, crypto }), isNew: true };
  } catch (error) {
    if (error instanceof DecodeError) return same;
    throw error;
  }
}

/** A name that is safe in any folder, and that no other file has. */
function fileName(asked: string, others: readonly SavedFile[]): string {
  const safe = asked
    .replace(/[^A-Za-z0-9._-]+/g, '_')
    .replace(/^[._]+/, '')
    .slice(0, 100);
  const base = safe === '' ? 'file' : safe;
  let name = base;
  for (let count = 2; others.some((other) => other.name.toLowerCase() === name.toLowerCase()); count++)
    name = `${count}-${base}`;
  return name;
}
