import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CommandLine, SCENARIOS } from '../../support/command-line.ts';

let cli: CommandLine;
beforeAll(() => {
  cli = new CommandLine();
});
afterAll(() => cli.remove());

test.each([
  {
    name: 'what the file knows of the latency of users',
    file: 'policies-compared-by-latency.yaml',
    policy: 'latency',
    says: {
      user_latency_ms: { p50: 22, p95: 96, max: 96 },
      user_latency_known: 100,
      user_latency_unknown: [],
    },
  },
  {
    name: 'that it knows nothing of it, and from where to where',
    file: 'failover-against-caches.yaml',
    policy: 'failover',
    says: {
      user_latency_ms: null,
      user_latency_known: 0,
      user_latency_unknown: ['visitors to 198.51.100.80', 'visitors to 198.51.100.81'],
      user_latencies: [],
    },
  },
])('compare --json says $name, and --svg draws what there is', async ({ file, policy, says }) => {
  const svg = join(cli.folder, 'picture.svg');
  const command = ['compare', join(SCENARIOS, file), 'www.shop.example', '--json', '--svg', svg];
  const { code, out } = await cli.run(...command, '--policies', policy);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ format_version: 1, policies: [{ policy, ...says }] });
  const isDrawn = readFileSync(svg, 'utf8').includes('visitors whose way to their target was no longer');
  expect(isDrawn).toBe(says.user_latency_ms !== null);
});
