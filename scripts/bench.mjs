// npm run bench -- NAME [ARGS]: compiles bench/ and runs one of them. Figures and how to repeat them: docs/performance.md.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';

const [name, ...args] = process.argv.slice(2);
if (name === undefined || !existsSync(`bench/${name}.ts`)) {
  const names = readdirSync('bench').flatMap((file) => (file.endsWith('.ts') ? [file.slice(0, -3)] : []));
  console.error(`usage: npm run bench -- NAME [ARGS]\n  NAME is one of ${names.join(', ')}`);
  process.exit(2);
}
const build = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'bench'], {
  stdio: 'inherit',
});
if (build.status !== 0) process.exit(build.status ?? 1);
const flags = ['--enable-source-maps', '--expose-gc', '--max-semi-space-size=64'];
const { status } = spawnSync(process.execPath, [...flags, `build/bench/${name}.js`, ...args], {
  stdio: 'inherit',
});
process.exit(status ?? 1);
