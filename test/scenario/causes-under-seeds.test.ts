import { describe, expect, test } from 'vitest';
import type { Change } from '../support/cause-plant.ts';
import { causesOf, MORE_DEVICES, watched } from '../support/cause-plant.ts';

interface Case {
  readonly name: string;
  readonly change: Change;
  readonly id: string;
  readonly says: string;
}

/** Moment 0 of the plant, 2026-01-01T00:00:00Z, as TLV 19 counts. */
const EPOCH_SINCE_1900 = 3_976_214_400;

function stamped(seconds: number): Change {
  return [['{ max-cpe: 4 }', `{ max-cpe: 4 }, { tftp-server-timestamp: ${EPOCH_SINCE_1900 + seconds} }`]];
}

const FEW_HOMES: Change = [
  ['lease: 24h', 'lease: 4m'],
  [MORE_DEVICES, `  pc: { kind: host, count: 5, on: hfc, mac: '02:00:5e:00:00:{n:02x}' }\n${MORE_DEVICES}`],
  ['who: cm, spread: { over: 4s }', 'who: pc, spread: { over: 4s }'],
];

const ASK = "resolver: 10.0.0.37, ask: 'www.lab.example A', every: 10s";

/** Their questions pass the CMTS, whoever may answer them. */
const HOMES_AFTER_A_RESTART: Change = [
  ...FEW_HOMES,
  ["mac: '02:00:5e:00:00:{n:02x}' }", `mac: '02:00:5e:00:00:{n:02x}', ${ASK} }`],
  ['lease: 4m', 'lease: 24h'],
  [
    'timeline:\n',
    'timeline:\n  - { at: 1m, do: crash, who: cmts }\n  - { at: 1m10s, do: restart, who: cmts }\n',
  ],
];

/** About when the modems register. */
const OF_NOW = stamped(6);

/** 240 computers on the cable, whose leases are of one age. */
const HOMES: Change = [
  ['lease: 24h', 'lease: 4m'],
  ['    ip: 10.0.0.67\n', '    ip: 10.0.0.67\n    capacity: { rate: 200/s, queue: 100 }\n'],
  [MORE_DEVICES, `  pc: { kind: host, count: 240, on: hfc, mac: '02:00:5e:00:00:{n:02x}' }\n${MORE_DEVICES}`],
  ['who: cm, spread: { over: 4s }', 'who: pc, spread: { over: 10s }'],
];

/** A node with power again. */
const NODE: Change = [
  ['ranging: ideal', 'ranging: contention'],
  ['count: 5', 'count: 900'],
  ['00:10:18:00:00:{n:02x}', '00:10:18:{n:06x}'],
  ['10.9.16.250', '10.9.23.250'],
  [', spread: { over: 4s }', ''],
  ['duration: 8m', 'duration: 12s'],
];
const FIXED = ['cm: { kind: cable-modem', 'cm: { kind: cable-modem, ranging-back-off: fixed'] as const;

const WRONG: readonly Case[] = [
  {
    name: '2: nine hundred modems whose firmware does not back off',
    change: [...NODE, FIXED],
    id: 'HE-CAUSE-002',
    says: 'range again after the same short wait',
  },
  {
    name: '1, and not 2: nine hundred modems that do',
    change: NODE,
    id: 'HE-CAUSE-001',
    says: 'of 900 modems',
  },
  {
    name: '5: leases of one age come to T1 at one moment, again and again',
    change: [...HOMES, ['timeline:\n', 'timeline:\n  - { at: 1m, do: renew, who: pc }\n']],
    id: 'HE-CAUSE-005',
    says: 'renewals came to 10.0.0.67 within one minute',
  },
  {
    name: '4, and not 5: a server that is too slow for their boot',
    change: [...HOMES, ['rate: 200/s, queue: 100', 'rate: 20/s, queue: 10']],
    id: 'HE-CAUSE-004',
    says: 'requests to 10.0.0.67 were lost in front of it',
  },
  {
    name: '25: the CMTS has restarted, and knows none of the leases that passed it',
    change: HOMES_AFTER_A_RESTART,
    id: 'HE-CAUSE-025',
    says: 'passes on nothing of pc[',
  },
  {
    name: '31, and not 25: the server is gone when they renew',
    change: [...FEW_HOMES, ['timeline:\n', 'timeline:\n  - { at: 1m, do: crash, who: dhcp }\n']],
    id: 'HE-CAUSE-031',
    says: 'and nobody takes them there',
  },
  {
    name: '24: the clock of the CMTS is a minute ahead',
    change: [...OF_NOW, ['timeline:\n', 'timeline:\n  - { at: 0s, do: clock, who: cmts, step: 1m }\n']],
    id: 'HE-CAUSE-024',
    says: 'the time stamp in "gold.cfg" is not of this download: cm[',
  },
  {
    name: '24: a file with a time stamp that was made the day before',
    change: stamped(-86_400),
    id: 'HE-CAUSE-024',
    says: 'the time stamp in "gold.cfg" is not of this download: cm[',
  },
  {
    name: '17, and not 24: another secret, and a time stamp of now',
    change: [...OF_NOW, ['secret: one, ranging', 'secret: other, ranging']],
    id: 'HE-CAUSE-017',
    says: 'refuses the signature of every file',
  },
];

const HEALTHY: readonly Pick<Case, 'name' | 'change'>[] = [
  { name: '2: five modems without back-off', change: [['ranging: ideal', 'ranging: contention'], FIXED] },
  {
    name: '25: the CMTS stood still, and remembers',
    change: [...HOMES_AFTER_A_RESTART, ['do: crash, who: cmts', 'do: crash, memory: keep, who: cmts']],
  },
  {
    name: '25: a host with an address of its own choice, which is dropped rightly',
    change: [
      [
        MORE_DEVICES,
        `  pc: { kind: host, on: hfc, ip: 10.9.0.9/18, router: 10.9.0.1, ${ASK} }\n${MORE_DEVICES}`,
      ],
      ['timeline:\n', 'timeline:\n  - { at: 0s, do: power-on, who: pc }\n'],
    ],
  },
  { name: '5: leases of one age, and a server that is quick enough', change: HOMES },
  { name: '24: a file with a time stamp of this download', change: OF_NOW },
];

describe.each([1, 2, 3, 4])('seed %i', (seed) => {
  test.each(WRONG)('$name', async ({ change, id, says }) => {
    const causes = await causesOf(change, { seed });
    expect(
      causes.map((cause) => cause.id),
      JSON.stringify(causes, null, 1),
    ).toEqual([id]);
    expect(causes[0]?.what).toContain(says);
    expect(causes[0]?.evidence.length).toBeGreaterThanOrEqual(2);
  });

  test.each(HEALTHY)('$name: no cause', async ({ change }) => {
    const finder = await watched(change, { seed });
    expect([finder.causes(), finder.clients().waiting]).toEqual([[], []]);
  });
});

test('2: packets alone tell it, too', async () => {
  const [first] = await causesOf([...NODE, FIXED], { isSilent: true });
  expect([first?.id, first?.sure]).toEqual(['HE-CAUSE-002', 'likely']);
});
