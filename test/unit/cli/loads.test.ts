import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CommandLine, SCENARIOS } from '../../support/command-line.ts';

const RECORDER = pathToFileURL(join(import.meta.dirname, '../../support/record-loads.mjs'));
const BOOT = join(SCENARIOS, 'cable-modem-boot.yaml');

let cli: CommandLine;
beforeAll(() => {
  cli = new CommandLine();
});
afterAll(() => cli.remove());

/** Files of a few lines, of use wherever there is a file system. */
const SMALL: ReadonlySet<string> = new Set(['driver/real/make-folder', 'driver/real/system']);

/** What of src/ a command read, without the ending, and the exit code. */
async function loadsOf(...args: readonly string[]): Promise<{ code: number | null; modules: string[] }> {
  const loads = join(cli.folder, `${args.join('-').replace(/\W/g, '-')}.loads`);
  const env = { NODE_OPTIONS: `--import ${RECORDER.href}`, LOADS: loads };
  const { code } = await cli.runWith({ env }, ...args);
  const urls = readFileSync(loads, 'utf8').split('\n');
  const modules = urls.flatMap((url) => /\/src\/(.+)\.js$/.exec(url)?.[1] ?? []);
  expect(modules).toContain('cli/main');
  return { code, modules };
}

// Each module costs half a millisecond before a command does anything.
test.concurrent.each([
  {
    name: 'a run in the simulation has no socket, no page, nobody at the keys, nothing to explain',
    args: ['run', BOOT],
    without:
      /^driver\/real\/|^api\/(live|page|causes|serve)$|^report\/page\/|^analysis\/cause|^cli\/(live-screen|step|sweep)$/,
  },
  {
    name: 'a mistake in the flags or the file comes before what would run it',
    args: ['run', 'gone.yaml'],
    without: /^(driver|service|analysis)\/|^topology\/build$|^scenario\/run$|^api\/(run|scenario)$/,
    code: 2,
  },
  {
    name: 'of many runs the workers alone know how to run one',
    args: ['run', BOOT, '--seeds', '1..2', '--jobs', '1'],
    without: /^(driver|service|analysis)\/|^topology\/build$|^scenario\/run$|^api\/(run|scenario)$/,
  },
  {
    name: 'to look at a scenario nothing is made that would run it',
    args: ['validate', BOOT],
    without: /^driver\/(sim|real)\/|^scenario\/run$|^api\/(scenario|live|page|causes|serve)$/,
  },
  {
    name: 'to join results nothing is known of scenarios',
    args: ['merge', 'gone.json'],
    without: /^(driver|engine|service|topology|codec|store)\/|^config\/(parse|schema)/,
    code: 2,
  },
  {
    name: 'to begin a file nothing is built',
    args: ['init', '--from'],
    without: /^(driver|service)\/|^topology\/build$|^scenario\/run$/,
  },
  {
    name: 'to tell a version next to nothing is read',
    args: ['--version'],
    without:
      /^(?!cli\/|core\/|api\/(exit|failure|version|report)$|config\/mistakes$|report\/|scenario\/(result|seeds)$)/,
  },
])('$name', async ({ args, without, code = 0 }) => {
  const { code: came, modules } = await loadsOf(...args);
  expect(came).toBe(code);
  expect(modules.filter((module) => without.test(module) && !SMALL.has(module))).toEqual([]);
});

test('what was left out is read when it is needed', async () => {
  const late = '--expect=eventually: { all: cm, state: operational, within: 1s }';
  const failed = await loadsOf('run', BOOT, late);
  expect(failed.code).toBe(1);
  expect(failed.modules).toContain('analysis/cause/finder');
  expect(failed.modules).not.toContain('driver/real/driver');
});
