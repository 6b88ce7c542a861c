import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  askAlong,
  digClient,
  digMoment,
  digQuestion,
  digServer,
  type DigClient,
} from '../../../src/api/dig.ts';
import { whatMustChange } from '../../../src/api/dig-want.ts';
import {
  answerLines,
  answerPlain,
  explanationLines,
  explanationPlain,
  wantLines,
} from '../../../src/api/dig-lines.ts';
import { loadScenario } from '../../../src/api/scenario.ts';
import { lineText } from '../../../src/report/line.ts';

const SCENARIOS = join(import.meta.dirname, '../../../scenarios');

function dig(file: string, name: string, at: string, client: DigClient = digClient(undefined, undefined)) {
  const loaded = loadScenario(join(SCENARIOS, file));
  const question = { ...digQuestion(name, 'A'), client, dnssecOk: false };
  const server = digServer(loaded, question.qname);
  const [answer] = askAlong(loaded, server, [{ at: digMoment(at, loaded), question }]);
  return { answer: answer!, question };
}

test('a tree of aliases is told as it was walked: best region, its servers, out of the branch, the next', () => {
  const { answer } = dig(
    'alias-trees-backing-out.yaml',
    'www.shop.example',
    '70s',
    digClient('10.1.0.10', undefined),
  );
  expect(explanationLines(answer).map(lineText)).toEqual([
    'www.shop.example.',
    '├─ zone shop.example. serial 1',
    '├─ the name exists: A',
    '├─ client 10.1.0.10/32, known by its source, at berlin',
    '├─ latency www.shop.example. A, TTL 60 s',
    '│  ├─ ✗ 1. eu · eu: 22 ms · alias eu.shop.example. · refused: nothing behind',
    '│  │  │ it is healthy',
    '│  │  └─ weighted eu.shop.example. A, TTL 20 s, drew 2 of 4, drew 0 of 1',
    '│  │     ├─ ✗ 2. eu1 · weight 3 of 4 · 192.0.2.1 · refused: its check is down',
    '│  │     │  └─ check eu1 is down for 40 s: forced down',
    '│  │     └─ ✗ 3. eu2 · weight 1 of 4 · 192.0.2.2 · refused: its check is down',
    '│  │        └─ check eu2 is down for 10 s: forced down',
    '│  └─ ✓ 4. us · us: 96 ms · alias us.shop.example. · chosen',
    '│     └─ weighted us.shop.example. A, TTL 20 s, drew 0 of 1',
    '│        ├─ ✓ 5. us1 · weight 1 of 1 · 192.0.2.3 · chosen',
    '│        │  └─ check us1 is up from the start: nobody has said otherwise',
    '│        └─ · us2 · weight 0 of 1 · 192.0.2.4 · the policy did not come to it',
    '│           └─ check us2 is up from the start: nobody has said otherwise',
    '├─ chosen: us1',
    '├─ scope /0: no client subnet was sent',
    '├─ TTL 20 s: that of the set',
    '└─ HE-DNS-001 The name exists and has records of the type asked for: they are',
    '     the answer.',
  ]);
});

test('probes of the virtual clock are in it: age, counters and the last reason of a check', () => {
  const { answer } = dig('policy-failover.yaml', 'www.shop.example', '95s');
  const [group] = answer.links[0]?.policy?.passes ?? [];
  expect(group?.targets.map(({ id, verdict }) => [id, verdict])).toEqual([
    ['first', 'down'],
    ['second', 'chosen'],
  ]);
  expect(group?.targets[0]?.check).toMatchObject({ isHealthy: false, failures: 3, reason: 'HTTP 503' });
  expect(explanationLines(answer).map(lineText).join('\n')).toMatch(/check first is down for \d/);
});

test('rule 6: before each target was looked at once there is no answer, and that is said', () => {
  const early = dig('policy-failover.yaml', 'www.shop.example', '0s').answer;
  expect(early.message).toBeUndefined();
  const lines = explanationLines(early).map(lineText).join('\n');
  expect(lines).toMatch(
    /HE-HEALTH-011 The server does not answer yet: the first probe of a check\s+has not ended/,
  );
  const { answer, question } = dig('policy-failover.yaml', 'www.shop.example', '100ms');
  expect(answerPlain(answer, question).answer).toEqual(['www.shop.example. 20 IN A 10.0.0.81']);
});

test('before the failure and after it, the same question has two answers', () => {
  const found = ['59s', '95s', '200s'].map((at) => {
    const { answer, question } = dig('policy-failover.yaml', 'www.shop.example', at);
    return answerPlain(answer, question).answer;
  });
  expect(found).toEqual([
    ['www.shop.example. 20 IN A 10.0.0.81'],
    ['www.shop.example. 20 IN A 10.0.0.82'],
    ['www.shop.example. 20 IN A 10.0.0.81'],
  ]);
});

test('a network is told as a client subnet, and the answer says what of it mattered', () => {
  const client = digClient('10.1.0.0/24', '192.0.2.53');
  expect(client.source).toBe('192.0.2.53');
  const { answer, question } = dig('policy-geolocation.yaml', 'www.shop.example', '10s', client);
  expect(answerPlain(answer, question)).toMatchObject({
    client: '10.1.0.0/24 by 192.0.2.53',
    client_subnet: '24/24',
    answer: ['www.shop.example. 30 IN A 192.0.2.1'],
  });
  expect(answerLines(answer, question).map(lineText)).toContain(';; client subnet, source/scope: 24/24');
});

test('JSON has the tree with members named as in all other JSON', () => {
  const { answer } = dig('policy-weighted.yaml', 'www.shop.example', '50s');
  expect(explanationPlain(answer)).toMatchObject([
    {
      standing: { closest_encloser: 'www.shop.example.' },
      policy: { passes: [{ policy: 'weighted', ttl_seconds: 10, is_open: false }], outcome: 'picked' },
    },
  ]);
});

function want(file: string, at: string, wanted: string, client?: string) {
  const loaded = loadScenario(join(SCENARIOS, file));
  const question = {
    ...digQuestion('www.shop.example', 'A'),
    client: digClient(client, undefined),
    dnssecOk: false,
  };
  const server = digServer(loaded, question.qname);
  const request = { loaded, server, question, at: digMoment(at, loaded), seed: undefined };
  return wantLines(whatMustChange(request, wanted)).map(lineText);
}

describe('what must change', () => {
  test.each([
    {
      name: 'one check',
      given: ['alias-trees-backing-out.yaml', '70s', '192.0.2.1', '10.1.0.10'],
      says: [
        '├─ its chance now is 0 %',
        '└─ then it is always given; one of these:',
        '   └─ check eu1 goes up (run again: 64 of 64 questions)',
      ],
    },
    {
      name: 'two checks, where one is not enough',
      given: ['policy-weighted.yaml', '10s', '192.0.2.3', '10.1.0.10'],
      says: ['│  └─ check blue goes down; and check green goes down (run again: 64 of 64'],
    },
    {
      name: 'a client elsewhere',
      given: ['policy-geolocation.yaml', '10s', '192.0.2.3', '10.1.3.0/24'],
      says: ['   └─ the client is in 10.1.2.0/24 (paris) (run again: 64 of 64 questions)'],
    },
    {
      name: 'a weight',
      given: ['policy-weighted.yaml', '10s', '192.0.2.2', '10.1.0.10'],
      says: [
        '├─ its chance now is 25 %',
        '   └─ the weight of blue in www.shop.example. A goes from 3 to 0 (run again:',
      ],
    },
    {
      name: 'nothing, where it is the answer',
      given: ['policy-simple.yaml', '10s', '192.0.2.1', '10.1.0.10'],
      says: ['├─ its chance now is 100 %', '└─ nothing: it is always given'],
    },
    {
      name: 'nothing that would do',
      given: ['policy-weighted.yaml', '10s', '192.0.2.99', '10.1.0.10'],
      says: ['└─ up to three changes of health, weight and client do not bring it'],
    },
  ] as const)('$name', ({ given: [file, at, wanted, client], says }) => {
    expect(want(file, at, wanted, client)).toEqual(expect.arrayContaining([...says]));
  });

  test('data that are none of the type are told', () => {
    expect(() => want('policy-weighted.yaml', '10s', 'blue')).toThrow(/--want "blue": expected/);
  });
});

describe('what a person types', () => {
  const loaded = loadScenario(join(SCENARIOS, 'policy-weighted.yaml'));

  test('the server that has the nearest zone is asked, not that of the root', () => {
    const root = loadScenario(join(SCENARIOS, 'resolution-from-the-root.yaml'));
    const { qname } = digQuestion('www.shop.example', 'A');
    const zones = digServer(root, qname).zones.map(({ apex }) => apex);
    expect(zones).toEqual(['shop.example']);
  });

  test.each([
    { text: undefined, us: 180_000_000 },
    { text: '90s', us: 90_000_000 },
    { text: '00:01', us: 60_000_000 },
    { text: '12:03:30', us: 43_410_000_000 },
  ])('--at $text is $us us into the run', ({ text, us }) => {
    expect(digMoment(text, loaded)).toBe(us);
  });

  test.each([
    {
      name: 'a time that is none',
      act: () => digMoment('25:00', loaded),
      says: /--at 25:00: write a duration/,
    },
    {
      name: 'a client that is none',
      act: () => digClient('berlin', undefined),
      says: /"berlin" is not a client/,
    },
    { name: 'a resolver that is none', act: () => digClient(undefined, 'x'), says: /"x" is not an address/ },
    {
      name: 'a type that is none',
      act: () => digQuestion('a.example', 'AX'),
      says: /"AX" is not a record type/,
    },
    {
      name: 'a server that the file lacks',
      act: () => digServer(loaded, digQuestion('a.example', 'A').qname, 'ns9'),
      says: /no name server "ns9": the file has dns/,
    },
  ])('$name is told with what to write', ({ act, says }) => {
    expect(act).toThrow(says);
  });
});
