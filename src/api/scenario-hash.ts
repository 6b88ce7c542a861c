import { createHash } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import type { FileSource } from '../store/file-table.ts';
import { readOctets } from './files.ts';
import type { LoadedScenario, LoadOptions } from './load-scenario.ts';

const PIECE_OCTETS = 1024 * 1024;
const HEX_DIGITS = 16;

/**
 * 16 hex digits over the texts that a scenario is made of, the files that it names, and what was changed from outside: runs
 * with the same hash, seed and version have the same digest.
 */
export function scenarioHash(
  { path, scenario, contents, bases }: LoadedScenario,
  { params = {}, set = [], expect = [] }: LoadOptions,
  untilUs = 0,
): string {
  const hash = createHash('sha256');
  const field = (name: string, octets: Uint8Array | string): void => {
    hash.update(`${name} ${octets.length}\n`).update(octets);
  };
  const folder = dirname(resolve(path));
  for (const text of [path, ...bases.map((base) => resolve(folder, base))])
    field('text', readOctets(text, Infinity));
  field('changes', JSON.stringify([params, set, expect, untilUs]));
  const seen = new Set<string>();
  for (const reference of scenario.files) {
    if (seen.has(reference.path)) continue;
    seen.add(reference.path);
    field('named', reference.path);
    if (reference.kind === 'file') addSource(hash, contents.source(reference));
    else
      for (const { name, source } of contents.folder(reference)) {
        field('entry', name);
        addSource(hash, source);
      }
  }
  return hash.digest('hex').slice(0, HEX_DIGITS);
}

function addSource(hash: ReturnType<typeof createHash>, source: FileSource): void {
  source.retain?.();
  hash.update(`source ${source.size}\n`);
  const piece = new Uint8Array(PIECE_OCTETS);
  for (let offset = 0; offset < source.size;) {
    const count = source.read(offset, piece, 0, Math.min(PIECE_OCTETS, source.size - offset));
    if (count <= 0) break;
    hash.update(piece.subarray(0, count));
    offset += count;
  }
  source.release?.();
}
