import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { compiled } from '../../support/compiled.ts';

const folder = mkdtempSync(join(tmpdir(), 'headend-output-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes so many octets at once where a file may have 8,192; a system that has had enough takes what still fits, and says nothing. */
const PROGRAM = `
  const [module, path, octets] = process.argv.slice(1);
  process.on('SIGXFSZ', () => undefined);
  const { OutputFile } = await import(module);
  const file = new OutputFile(path);
  try {
    file.octets(new Uint8Array(Number(octets)));
    console.log('written');
  } catch (error) {
    console.log(error.name);
  }
`;

test.skipIf(process.platform === 'win32').each([
  { octets: 8_000, said: 'written', kept: 8_000 },
  { octets: 20_000, said: 'FileError', kept: 8_192 },
])('of $octets octets a disk with room for 8,192 has $kept: $said', ({ octets, said, kept }) => {
  const path = join(folder, `${octets}`);
  const module = pathToFileURL(compiled('src/api/output-file.ts')).href;
  const shell = 'ulimit -f 8; exec "$0" --input-type=module -e "$@"';
  const args = ['-c', shell, process.execPath, PROGRAM, module, path, String(octets)];
  expect(execFileSync('bash', args, { encoding: 'utf8' }).trim()).toBe(said);
  expect(statSync(path).size).toBe(kept);
});
