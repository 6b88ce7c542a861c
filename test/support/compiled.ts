import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** Test files run beside each other: none may write over what another one runs. */
const WORKER = process.env['VITEST_POOL_ID'] ?? '0';

/**
 * Compiles a program of the tests, and what it imports, so that a plain Node can run it as a process of its own; gives its path.
 * Types are not looked at again (`npm run types` does), and a file that is as it was last time is not written again.
 */
export function compiled(program: string): string {
  const folder = join(ROOT, 'out/compiled', `${program.replace(/\W/g, '-')}-${WORKER}`);
  mkdirSync(folder, { recursive: true });
  const config = join(folder, 'tsconfig.json');
  const options = {
    noEmit: false,
    noCheck: true,
    incremental: true,
    tsBuildInfoFile: join(folder, 'tsconfig.tsbuildinfo'),
    rootDir: ROOT,
    outDir: folder,
    declaration: false,
  };
  writeFileSync(
    config,
    JSON.stringify({
      extends: join(ROOT, 'tsconfig.test.json'),
      compilerOptions: options,
      files: [join(ROOT, program)],
      include: [],
    }),
  );
  execFileSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', config]);
  return join(folder, program.replace(/\.ts$/, '.js'));
}
