import { expect, test } from 'vitest';
import { ScenarioError } from '../../../src/config/mistakes.ts';
import { parseScenario } from '../../../src/config/parse.ts';

const text = (dnssec: string, more = ''): string => `headend: 1
name: signed
net: { lan: { kind: segment } }
services:
  dns:
    on: lan
    ip: 10.0.0.53
    zones:
      example:
        records: { lab: { type: NS, data: ns.elsewhere.test. } }
        dnssec: { keys: { make: csk } }
      lab.example:
        records: { www: { type: A, data: 192.0.2.80 } }
        dnssec: ${dnssec}
${more}`;

test('keys, made and of files, and how long signatures hold', () => {
  const { services, files } = parseScenario(
    text(
      '{ keys: [Klab.example.+013+00001.key, { make: zsk, algorithm: 15, publish: 0s, activate: 2d }], renew: 2d }',
    ),
    'lab.yaml',
  );
  const dns = services[0];
  expect(dns?.kind === 'dns' && dns.zones[1]?.dnssec).toMatchObject({
    denial: 'compact',
    renewSeconds: 172_800,
    keys: [
      { kind: 'files', name: 'Klab.example.+013+00001' },
      { kind: 'made', role: 'zsk', algorithm: 15, times: { publish: 0, activate: 172_800 } },
    ],
  });
  expect(files.map(({ path }) => path)).toEqual([
    'Klab.example.+013+00001.key',
    'Klab.example.+013+00001.private',
  ]);
});

test.each([
  { name: 'a transfer of what is signed when asked', dnssec: '{ keys: { make: csk } }', more: '' },
  {
    name: 'policies, whose records secondaries give all of',
    dnssec: '{ keys: { make: csk }, transferred-policies: all-records }',
    more: '        routing: { shop: { type: A, policy: weighted, targets: { a: { data: 192.0.2.1, weight: 1 } } } }\n',
  },
])('may be: $name', ({ dnssec, more }) => {
  const yaml = text(dnssec, `        allow-transfer: 10.0.0.54\n${more}`);
  expect(() => parseScenario(yaml, 'lab.yaml')).not.toThrow();
});

test.each([
  {
    name: 'a signature made anew before it is there',
    yaml: text('{ keys: { make: csk }, validity: 1d }'),
    says: /anew before it is there/,
    at: '14:17',
  },
  {
    name: 'a child that is not below',
    yaml: text('{ keys: { make: csk }, children: { example: follow } }'),
    says: /"example" is not below "lab.example"/,
    at: '14:52',
  },
  {
    name: 'a child that is not signed',
    yaml: text('{ keys: { make: csk }, children: { x.lab.example: follow } }'),
    says: /not signed in this file/,
    at: '14:52',
  },
  {
    name: 'a name with a policy, in a zone that is signed here and transferred',
    yaml: text(
      '{ keys: { make: csk } }',
      `        allow-transfer: 10.0.0.54
        routing: { shop: { type: A, policy: weighted, targets: { a: { data: 192.0.2.1, weight: 1 } } } }
`,
    ),
    says: /shop\.lab\.example\. A has a policy, and a signed copy of the zone has none.*transferred-policies: all-records/,
    at: '16:26',
  },
  {
    name: 'no key at all',
    yaml: text('{ denial: nsec }'),
    says: /is missing/,
    at: '14:17',
  },
])('$name', ({ yaml, says, at }) => {
  try {
    parseScenario(yaml, 'lab.yaml');
    expect.unreachable();
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    const [mistake] = error.mistakes;
    expect([mistake?.message, mistake?.hint].join(' ')).toMatch(says);
    expect(`${mistake?.line}:${mistake?.column}`).toBe(at);
  }
});
