import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CommandLine } from '../../support/command-line.ts';

let cli: CommandLine;
beforeAll(() => {
  cli = new CommandLine();
  cli.file('shop.yaml', SHOP);
});
afterAll(() => cli.remove());

const SHOP = `headend: 1
name: shop
duration: 2m
params: { front: 192.0.2.1, visitors: 5 }
net: { core: { kind: segment } }
services:
  dns:
    on: core
    ip: 127.0.0.1
    zones:
      shop.example:
        records: { plain: { type: A, data: '\${front}' } }
        routing: { www: { type: A, policy: simple, ttl: 20s, targets: { one: { data: '\${front}' } } } }
devices:
  people:
    kind: population
    on: core
    ip: 10.0.0.9
    stubs: '\${visitors}'
    rate: 1/s
    ask: www.shop.example A
    resolvers: dns
timeline: [{ at: 0s, do: power-on, who: people }]
`;

/** What a verb is given before its flags. */
const READERS = [
  { command: ['run', 'shop.yaml'] },
  { command: ['plan', 'shop.yaml'] },
  { command: ['validate', 'shop.yaml'] },
  { command: ['shrink', 'shop.yaml'] },
  { command: ['diff', 'shop.yaml', '--with', 'seed=2'] },
  { command: ['serve', 'shop.yaml'] },
  { command: ['dig', 'shop.yaml', 'plain.shop.example'] },
  { command: ['compare', 'shop.yaml', 'www.shop.example', '--policies', 'simple'] },
  { command: ['probe', 'all', 'shop.yaml'] },
  { command: ['zone', 'check', 'shop.yaml'] },
];

describe('--set of every verb that reads a scenario', () => {
  test.concurrent.each(READERS)('$command: mistakes are told in the same words', async ({ command }) => {
    const said = await cli.run(...command, '--set', 'net.croe.loss=2%', '--set', 'fornt=192.0.2.9');
    expect(said).toEqual({
      code: 2,
      out: '',
      err: [
        'headend: --set fornt=192.0.2.9: the file has no param "fornt": did you mean "front"?',
        'headend: --set net.croe.loss=2%: net: net has no "croe": did you mean "core"?',
        '',
      ].join('\n'),
    });
  });

  test('doctor has it among its findings', async () => {
    const { out } = await cli.run('doctor', 'shop.yaml', '--set', 'net.croe.loss=2%', '--json');
    const { findings } = JSON.parse(out) as { findings: { name: string; says: string; cure: string }[] };
    expect(findings.filter(({ name }) => name === 'file')).toMatchObject([
      {
        verdict: 'fail',
        says: '--set net.croe.loss=2%: net: net has no "croe"',
        cure: 'did you mean "core"?',
      },
    ]);
  });

  test('dig answers from the file as it is changed', async () => {
    const command = ['dig', 'shop.yaml', 'plain.shop.example', '--json'];
    const { out } = await cli.run(...command, '--set', 'front=192.0.2.9');
    expect(JSON.parse(out)).toMatchObject({ answer: ['plain.shop.example. 300 IN A 192.0.2.9'] });
  });

  test('compare runs the workload as it is changed', async () => {
    const command = ['compare', 'shop.yaml', 'www.shop.example', '--policies', 'simple', '--json'];
    const { out } = await cli.run(...command, '--set', 'duration=60s');
    const { policies } = JSON.parse(out) as { policies: { queries: [number, number][] }[] };
    expect(Math.max(...(policies[0]?.queries ?? []).map(([seconds]) => seconds))).toBeLessThanOrEqual(60);
  });

  test('doctor looks at what serve would open then', async () => {
    const clock = 'services.clock={ kind: tod, on: core, ip: 10.0.0.37 }';
    const { out } = await cli.run('doctor', 'shop.yaml', '--set', clock, '--json');
    const { findings } = JSON.parse(out) as { findings: { name: string }[] };
    expect(findings.map(({ name }) => name).filter((name) => /^(?:udp|tcp)/.test(name))).toEqual([
      'udp/53',
      'tcp/53',
      'udp/37',
      'tcp/37',
    ]);
  });

  test('zone check reads the zones as they are changed', async () => {
    const zones = "services.dns.zones={ other.example: { records: { www: { type: A, data: '${front}' } } } }";
    const { out } = await cli.run('zone', 'check', 'shop.yaml', '--set', zones, '--json');
    expect(JSON.parse(out)).toMatchObject({ zones: [{ zone: 'other.example.' }] });
  });

  test.each([
    { command: ['doctor'], says: '--set changes a scenario: name its file' },
    {
      command: ['zone', 'check', 'a.zone'],
      says: '--set changes a scenario, and none of these files is one',
    },
  ])('$command without a scenario: it is said', async ({ command, says }) => {
    expect(await cli.run(...command, '--set', 'a=b')).toMatchObject({ code: 2, err: `headend: ${says}\n` });
  });
});
