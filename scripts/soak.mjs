// Compiles the soak and runs it in a network of its own, where ports below 1024 are free: no root, nobody disturbed. `npm run soak -- build`
// only compiles, and `--built` does not: two soaks that run at one time must not write over what the other one runs.

import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

function run(command, ...args) {
  return spawnSync(command, args, { cwd: root, stdio: 'inherit' }).status ?? 1;
}

const isBuilt = process.argv.includes('--built');
const words = process.argv.slice(2).filter((word) => word !== '--built');

const tsc = join(root, 'node_modules/typescript/bin/tsc');
// Types are what `npm run types` looks at.
if (!isBuilt)
  for (const project of ['tsconfig.json', 'test/soak/tsconfig.json'])
    if (run(process.execPath, tsc, '--noCheck', '-p', project) !== 0) process.exit(1);
if (words[0] === 'build') process.exit(0);

// Root needs no user namespace; everybody else becomes root of one.
const unshare = [['--net'], ['--map-root-user', '--net']].find(
  (flags) => spawnSync('unshare', [...flags, 'ip', 'link'], { stdio: 'ignore' }).status === 0,
);
if (unshare === undefined) {
  console.error(
    'soak: no network namespace can be made: it needs Linux, util-linux, iproute2 and user namespaces',
  );
  process.exit(4);
}
// The relays that the soak's clients stand behind.
const relays = ['10.9.0.1', '10.77.0.1', '10.80.0.1'].map((address) => `ip address add ${address}/32 dev lo`);
// All that modems and customers of the day may have is this machine's.
const prepare = [...relays, 'ip route add local 10.128.0.0/10 dev lo'].join(' && ');
const shell = `ip link set lo up && ${prepare} && exec "$@"`;
const soak = [
  process.execPath,
  '--expose-gc',
  'out/soak/test/soak/main.js',
  '--program',
  'dist/cli/main.js',
  ...words,
];
process.exit(run('unshare', ...unshare, 'sh', '-c', shell, 'sh', ...soak));
