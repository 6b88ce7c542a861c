import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { toName } from '../../../../src/codec/dns/name.ts';
import { parseScenario } from '../../../../src/config/parse.ts';
import { parseIp } from '../../../../src/core/address.ts';
import { chancesOf, candidatesOf } from '../../../../src/policy/dns/chances.ts';
import { Atlas, Client } from '../../../../src/policy/dns/client.ts';
import { Forest } from '../../../../src/policy/dns/forest.ts';
import { ALL_HEALTHY, type HealthView } from '../../../../src/policy/dns/health-view.ts';
import { Walk } from '../../../../src/policy/dns/walk.ts';

const SCENARIOS = join(import.meta.dirname, '../../../../scenarios');
const QUESTIONS = 400;

function forestOf(file: string, change: (text: string) => string) {
  const text = change(readFileSync(join(SCENARIOS, file), 'utf8'));
  const { services } = parseScenario(text, file);
  const dns = services.find(({ kind }) => kind === 'dns');
  if (dns?.kind !== 'dns') throw new Error(`${file} has no name server`);
  const { regions, locations, latencyDefault } = dns.geography;
  const atlas = new Atlas({ regions, locations, latencyDefault, database: undefined });
  const { apex, routing } = dns.zones[0]!;
  const forest = new Forest(routing, { zone: toName(apex), seed: 7, server: 'dns', atlas });
  return { forest, atlas, checks: dns.checks.length };
}

const SAME = (text: string): string => text;

test.each([
  { file: 'alias-trees-backing-out.yaml', name: 'as it is', change: SAME },
  {
    file: 'alias-trees-backing-out.yaml',
    name: 'with branches that are never left',
    change: (text: string) => text.replace('alias: eu }', 'alias: eu, evaluate: false }'),
  },
  {
    file: 'alias-trees-backing-out.yaml',
    name: 'with sticky clients',
    change: (text: string) => text.replaceAll('ttl: 20s', 'ttl: 20s\n            sticky: true'),
  },
  {
    file: 'alias-trees-backing-out.yaml',
    name: 'with a threshold',
    change: (text: string) => text.replaceAll('ttl: 20s', 'ttl: 20s\n            up-threshold: 50%'),
  },
  { file: 'policy-weighted.yaml', name: 'as it is', change: SAME },
  {
    file: 'policy-weighted.yaml',
    name: 'with many given at once',
    change: (text: string) =>
      text.replace('ttl: 10s', 'ttl: 10s\n            multi: true').replace('weight: 0', 'weight: 2'),
  },
  {
    file: 'policy-weighted.yaml',
    name: 'with no data when all is down',
    change: (text: string) => text.replace('ttl: 10s', 'ttl: 10s\n            when-all-down: nodata'),
  },
  { file: 'policy-multivalue.yaml', name: 'as it is', change: SAME },
  { file: 'policy-geolocation.yaml', name: 'as it is', change: SAME },
])('$file $name: chances are what the walk draws, under every health', ({ file, change }) => {
  const { forest, atlas, checks } = forestOf(file, change);
  const client = new Client(atlas);
  for (let health = 0; health < 2 ** checks; health++) {
    const view: HealthView = { ...ALL_HEALTHY, isHealthy: (check) => ((health >> check) & 1) === 1 };
    const walk = new Walk(forest, view, client);
    for (const node of forest.groups.keys()) {
      const counts = new Map<number, number>();
      const scores = new Float64Array(forest.targets.length).fill(Infinity);
      client.begin(parseIp('10.1.0.10')!, undefined);
      for (const each of forest.groups.keys()) {
        walk.run(each, ALL_HEALTHY, client, undefined);
        for (const index of candidatesOf(each, forest)) scores[index] = walk.scoreOf(index);
      }
      for (let question = 0; question < QUESTIONS; question++) {
        walk.run(node, view, client, undefined);
        for (const index of walk.picked.subarray(0, walk.count))
          counts.set(index, (counts.get(index) ?? 0) + 1);
      }
      const chances = chancesOf(node, {
        forest,
        isHealthy: view.isHealthy,
        weight: (index) => forest.weight[index]!,
        score: (index) => scores[index]!,
        stickyClient: client.stickyKey().slice(),
      });
      const at = `health ${health.toString(2)}, group ${node}`;
      expect(new Set(chances.keys()), at).toEqual(new Set(counts.keys()));
      for (const [index, chance] of chances)
        expect(Math.abs(chance - counts.get(index)! / QUESTIONS), `${at}, target ${index}`).toBeLessThan(0.1);
    }
  }
});
