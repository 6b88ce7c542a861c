import { describe, expect, test } from 'vitest';
import type { Change } from '../support/cause-plant.ts';
import { causesOf, CONFIG, MORE_DEVICES } from '../support/cause-plant.ts';

interface Case {
  readonly name: string;
  readonly change: Change;
  readonly id: string;
  readonly says: string;
}

describe('one thing is wrong', () => {
  test('a plant in order has no cause', async () => {
    expect(await causesOf([])).toEqual([]);
  });

  test.each<Case>([
    {
      name: '1: four hundred modems at one moment',
      change: [
        ['ranging: ideal', 'ranging: contention'],
        ['count: 5', 'count: 400'],
        ['00:10:18:00:00:{n:02x}', '00:10:18:{n:06x}'],
        ['10.9.16.250', '10.9.17.250'],
        [', spread: { over: 4s }', ''],
      ],
      id: 'HE-CAUSE-001',
      says: 'of 400 modems',
    },
    {
      name: '3: a long queue before a slow server',
      change: [
        ['    ip: 10.0.0.67\n', '    ip: 10.0.0.67\n    capacity: { rate: 20/s, queue: 5000 }\n'],
        ['count: 5', 'count: 240'],
        [', spread: { over: 4s }', ''],
      ],
      id: 'HE-CAUSE-003',
      says: 'more than two seconds after the client had asked last',
    },
    {
      name: '4: a short queue before a slow server',
      change: [
        ['    ip: 10.0.0.67\n', '    ip: 10.0.0.67\n    capacity: { rate: 20/s, queue: 10 }\n'],
        ['count: 5', 'count: 240'],
        [', spread: { over: 4s }', ''],
      ],
      id: 'HE-CAUSE-004',
      says: 'were lost in front of it',
    },
    {
      name: '6: the helper is a host that is no DHCP server',
      change: [['helper: 10.0.0.67', 'helper: 10.0.0.37']],
      id: 'HE-CAUSE-006',
      says: 'to 10.0.0.37, where no DHCP server is',
    },
    {
      name: '6: the helper is nobody on the same segment',
      change: [['helper: 10.0.0.67', 'helper: 10.0.0.76']],
      id: 'HE-CAUSE-006',
      says: 'to 10.0.0.76, where no DHCP server is',
    },
    {
      name: '9: the pool is empty',
      change: [['10.9.16.1-10.9.16.250', '10.9.16.1-10.9.16.3']],
      id: 'HE-CAUSE-009',
      says: 'serves others behind the same relay',
    },
    {
      name: '9: the class test has a colon too many',
      change: [['        lease: 24h', "        class: 'docsis:*'\n        lease: 24h"]],
      id: 'HE-CAUSE-009',
      says: 'of class "docsis3.1:"',
    },
    {
      name: '9: modems get an address of the customers',
      change: [
        [
          '      - subnet: 10.9.0.0/18',
          '      - { subnet: 10.8.0.0/24, relay: 10.9.0.1, range: 10.8.0.10-10.8.0.99, lease: 1h }\n      - subnet: 10.9.0.0/18',
        ],
        ['        lease: 24h', "        class: 'docsis:*'\n        lease: 24h"],
      ],
      id: 'HE-CAUSE-009',
      says: 'as for customers',
    },
    {
      name: '11: option 125 names a server that is gone',
      change: [['server: 10.0.0.69, file: gold.cfg', 'server: 10.0.0.99, siaddr: 10.0.0.69, file: gold.cfg']],
      id: 'HE-CAUSE-011',
      says: 'which option 125.2 names; nobody answers there, and siaddr names 10.0.0.69',
    },
    {
      name: '12: nobody tells the time',
      change: [['  tod: { on: core, ip: 10.0.0.37 }\n', '']],
      id: 'HE-CAUSE-012',
      says: 'ask 10.0.0.37 for the time',
    },
    {
      name: '15: few sessions at the TFTP server',
      change: [
        ['delay: 1ms, jitter: 200us', 'delay: 100ms'],
        ['files: {', `limits: { sessions: 2 }\n    files: { long: ${'x'.repeat(60_000)},`],
        [
          '  cm: {',
          '  pc: { kind: client, count: 10, on: core, ip: 10.0.0.100, from: tftp, fetch: long }\n  cm: {',
        ],
        ['who: cm, spread: { over: 4s }', 'who: pc, spread: { over: 4s }'],
        ['duration: 8m', 'duration: 1m'],
      ],
      id: 'HE-CAUSE-015',
      says: 'serves others and leaves',
    },
    {
      name: '18: one of two files is signed with another tool',
      change: [
        [
          'tftp: { server: 10.0.0.69, file: gold.cfg }',
          "tftp: [{ class: 'docsis3*', server: 10.0.0.69, file: gold.cfg }, { server: 10.0.0.69, file: old.cfg }]",
        ],
        ['secret: one } }', `secret: one }, old.cfg: { docsis: ${CONFIG}, secret: two } }`],
        [
          MORE_DEVICES,
          `  old: { kind: cable-modem, count: 3, class: 'docsis2.0:', on: hfc, mac: '00:10:18:00:02:{n:02x}' }\n${MORE_DEVICES}`,
        ],
        ['timeline:\n', 'timeline:\n  - { at: 0s, do: power-on, who: old }\n'],
      ],
      id: 'HE-CAUSE-018',
      says: 'the signature of "old.cfg"',
    },
    {
      name: '17: a line end in the key of the CMTS',
      change: [['secret: one, ranging', 'secret: "one\\n", ranging']],
      id: 'HE-CAUSE-017',
      says: 'refuses the signature of every file',
    },
    {
      name: '19: classes 1.0 and service flows in one file',
      change: [
        [
          '{ max-cpe: 4 }',
          '{ max-cpe: 4 }, { class-of-service: { class-id: 1, max-downstream-rate: 1000000, max-upstream-rate: 1000000 } }',
        ],
      ],
      id: 'HE-CAUSE-019',
      says: 'refuses the class of service',
    },
    {
      name: '20: a file that forbids forwarding',
      change: [['network-access: true', 'network-access: false']],
      id: 'HE-CAUSE-020',
      says: 'the CMTS shows online(d)',
    },
    {
      name: '21: a second computer where one is allowed',
      change: [
        ['max-cpe: 4', 'max-cpe: 1'],
        [
          'timeline:',
          "  pc: { kind: host, count: 2, behind: 'cm[0]', mac: '00:00:5e:00:53:{n:02x}' }\ntimeline:",
        ],
        [
          '  - { at: 0s',
          '  - { at: 20s, do: power-on, who: pc, spread: { over: 20s, by: even } }\n  - { at: 0s',
        ],
      ],
      id: 'HE-CAUSE-021',
      says: 'pc[1] is not heard',
    },
    {
      name: '26: two servers on one link that know nothing of each other',
      change: [
        [
          '    subnets:\n',
          '    subnets:\n      - { subnet: 10.0.0.0/24, range: 10.0.0.100-10.0.0.120, lease: 2h }\n',
        ],
        [
          '  tod:',
          '  dhcp-b: { kind: dhcp, on: core, ip: 10.0.0.66, authoritative: true, subnets: [{ subnet: 10.0.0.0/24, range: 10.0.0.130-10.0.0.130, lease: 2h }] }\n  tod:',
        ],
        [
          MORE_DEVICES,
          `  pc: { kind: host, count: 4, on: core, mac: '00:00:5e:00:53:{n:02x}' }\n${MORE_DEVICES}`,
        ],
        [
          'timeline:\n',
          'timeline:\n  - { at: 0s, do: power-on, who: pc }\n  - { at: 3m, do: power-off, who: pc }\n  - { at: 4m, do: power-on, who: pc }\n',
        ],
      ],
      id: 'HE-CAUSE-026',
      says: '10.0.0.66 says NAK to pc[0]',
    },
    {
      name: '31: the DHCP server is down',
      change: [['timeline:\n', 'timeline:\n  - { at: 0s, do: crash, who: dhcp }\n']],
      id: 'HE-CAUSE-031',
      says: 'go to the DHCP server at 10.0.0.67, and nobody takes them',
    },
    {
      name: '32: the TFTP server is down',
      change: [['timeline:\n', 'timeline:\n  - { at: 0s, do: crash, who: tftp }\n']],
      id: 'HE-CAUSE-032',
      says: 'nobody there answers anybody',
    },
    {
      name: '32: the TFTP server is another host',
      change: [['server: 10.0.0.69, file: gold.cfg', 'server: 10.0.0.37, file: gold.cfg']],
      id: 'HE-CAUSE-032',
      says: 'ask for their files at 10.0.0.37',
    },
    {
      name: '33: a file without network access',
      change: [['{ network-access: true }, ', '']],
      id: 'HE-CAUSE-033',
      says: 'in which a setting is missing',
    },
    {
      name: '40: the timeline takes all that comes from the servers',
      change: [
        ['timeline:\n', 'timeline:\n  - { at: 0s, do: impair, id: cut, where: core, loss: 100%, for: 8m }\n'],
      ],
      id: 'HE-CAUSE-040',
      says: 'the fault cut took',
    },
  ])('$name', async ({ change, id, says }) => {
    const causes = await causesOf(change);
    expect(causes.map((cause) => cause.id).join(' '), JSON.stringify(causes, null, 1)).toMatch(
      new RegExp(`^${id}`),
    );
    expect(causes[0]?.what).toContain(says);
    expect(causes[0]?.evidence.length).toBeGreaterThan(0);
  });
});
