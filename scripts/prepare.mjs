// Builds dist/ after `npm ci`. A packed copy (dist/ there, compiler not installed) has nothing to build.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const tsc = 'node_modules/typescript/bin/tsc';
if (!existsSync(tsc)) {
  if (existsSync('dist/cli/main.js')) process.exit(0);
  console.error('headend: no compiler and no dist/: install with the development dependencies (npm ci).');
  process.exit(1);
}
const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.json'], { stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);
const { buildViewer } = await import('./viewer.mjs');
await buildViewer('dist/web');
