import { expect, test } from 'vitest';
import { isFault } from '../../../src/config/fault.ts';
import { formatMistake, ScenarioError } from '../../../src/config/mistakes.ts';
import { parseScenario } from '../../../src/config/parse.ts';
import { plantWith } from './plant.ts';

const NOISE = '{ at: 10s, do: impair, id: noise, where: hfc, loss: 2%, for: 30s }';

const scenarioWith = (...actions: readonly string[]) =>
  parseScenario(plantWith(NOISE, actions.join('\n  - ')), 'lab.yaml');

const faultsOf = (...actions: readonly string[]) =>
  scenarioWith(...actions).timeline.filter((action) => isFault(action));

function says(action: string): string[] {
  try {
    scenarioWith(action);
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return error.mistakes.map((mistake) => formatMistake('', mistake).replace(/^:42:\d+ timeline\[1\]/, ''));
  }
  return [];
}

test.each([
  {
    name: 'a partition between hosts that never meet',
    action: '{ at: 1s, do: partition, from: cm, to: tftp }',
    says: ': cm and tftp share no segment, so it never acts: name who is next to each other, such as a CMTS and its server, or use where: and a segment between them',
  },
  {
    name: 'a partition between nobody',
    action: '{ at: 1s, do: partition, for: 5s }',
    says: ': it does not say between whom it stands: write from: and to:, or where:',
  },
  {
    name: 'one way without a way',
    action: '{ at: 1s, do: partition, where: core, one-way: true }',
    says: '.one-way: one way from whom to whom?: write from: and to:',
  },
  {
    name: 'a sender who is somewhere else',
    action: '{ at: 1s, do: impair, where: core, loss: 5%, from: cm }',
    says: '.from: cm does not stand on core, so it never acts: cm stands on hfc',
  },
  {
    name: 'hosts on a link',
    action: '{ at: 1s, do: impair, where: metro, loss: 5%, to: web }',
    says: ': nobody stands on the link metro: take from: and to: away, or use only: and a packet',
  },
  {
    name: 'an unknown side',
    action: '{ at: 1s, do: partition, from: cmts, to: [dhcp, tfpt] }',
    says: '.to[1]: "tfpt" is no device or service of this file: did you mean "tftp"?',
  },
  {
    name: 'no time at all',
    action: '{ at: 1s, do: partition, where: metro, for: 0s }',
    says: '.for: it ends when it begins: write how long it lasts, such as 30s',
  },
  {
    name: 'a link that is never up',
    action: '{ at: 1s, do: flap, where: metro, every: 2s, down-for: 2s }',
    says: '.down-for: it is never up: it goes down again before it comes back: write less than every:, or use do: partition',
  },
  {
    name: 'a hold that holds nothing back',
    action: '{ at: 1s, do: impair, where: hfc, loss: 1%, reorder-by: 20ms }',
    says: '.reorder-by: nothing is reordered: write reorder: above 0%, or take this away',
  },
  {
    name: 'a packet that there is none of',
    action: '{ do: drop, packet: DHCP OFER dhcp>cm }',
    says: '.packet: DHCP has no packet "OFER": did you mean OFFER?',
  },
  {
    name: 'a field that a packet has not',
    action: '{ do: drop, packet: DHCP OFFER yiadr=10.9.16.1 }',
    says: '.packet: DHCP has no field "yiadr": did you mean "yiaddr"?',
  },
  {
    name: 'a capture, where nothing came before',
    action: '{ do: drop, packet: DHCP ACK dhcp>cm yiaddr=$ip }',
    says: '.packet: nothing has been kept to compare yiaddr with: write a value',
  },
  {
    name: 'a state for a packet',
    action: '{ do: drop, packet: STATE cm operational }',
    says: '.packet: this is no packet: write PROTOCOL KIND from>to field=value ..., such as "DHCP OFFER dhcp>cm[1]"',
  },
  {
    name: 'two counts',
    action: '{ do: drop, packet: DHCP ACK, nth: 2, every: 3 }',
    says: '.every: every: does not go with nth:: write one of nth, first, every',
  },
  {
    name: 'two faults of one id',
    action: '{ do: drop, id: it, packet: DHCP ACK }\n  - { do: drop, id: it, packet: DHCP NAK }',
    says: ':43:21 timeline[2].id: the id "it" is taken: give each fault its own',
  },
  {
    name: 'a full disk of a server that has none',
    action: '{ at: 1s, do: disk, who: tftp, is: full }',
    says: '.who: tftp keeps nothing on a disk: name a dhcp or dns service',
  },
  {
    name: 'a slow disk, and how slow?',
    action: '{ at: 1s, do: disk, who: dhcp, is: slow }',
    says: ': it does not say how slow: write flush: and how long one takes, such as 2s',
  },
  {
    name: 'a clock that is right',
    action: '{ at: 1s, do: clock, who: tod }',
    says: ': the clock is right: write step: or skew: other than 0',
  },
  {
    name: 'a skew without its unit',
    action: '{ at: 1s, do: clock, who: tod, skew: 200 }',
    says: '.skew: "200" has no unit: write millionths such as 200ppm or -50ppm, from -100000ppm to 100000ppm',
  },
  {
    name: 'a slow host that serves nobody',
    action: '{ at: 1s, do: slow, who: cm, by: 2s }',
    says: '.who: cm is no server that datagrams come to: name a service',
  },
  {
    name: 'a pool of a server without pools',
    action: '{ at: 1s, do: fill-pool, who: dns }',
    says: '.who: dns has no pool: name a dhcp service',
  },
  {
    name: 'a pool of another network',
    action: '{ at: 1s, do: fill-pool, who: dhcp, subnet: 10.9.0.0/19 }',
    says: '.subnet: dhcp has no subnet 10.9.0.0/19: did you mean "10.9.0.0/18"?',
  },
  {
    name: 'a rogue on a cable',
    action: '{ at: 1s, do: rogue, on: hfc, ip: 192.168.1.1, range: 192.168.1.2-192.168.1.9 }',
    says: '.on: on the cable hfc modems hear their CMTS alone, so it never acts: plug it in where hosts ask by broadcast',
  },
  {
    name: 'a rogue that gives out what is not its own',
    action: '{ at: 1s, do: rogue, on: lan, ip: 192.168.1.1, range: 192.168.1.2-192.168.2.9 }',
    says: '.range: 192.168.2.9 is outside of its network 192.168.1.0/24: write addresses of that network, or another length behind ip:',
  },
  {
    name: 'a change of nothing',
    action: '{ at: 1s, do: change, who: tftp }',
    says: ': nothing changes: write one of files, remove',
  },
  {
    name: 'a change of what it has not',
    action: '{ at: 1s, do: change, who: cmts, lease: 1h }',
    says: '.lease: cmts has no lease to change: its keys are secret, secret-file',
  },
  {
    name: 'a change of who has no settings to change',
    action: '{ at: 1s, do: change, who: tod, files: { a: b } }',
    says: '.who: tod cannot change: name a tftp or dhcp service, or a CMTS',
  },
  {
    name: 'a change at the beginning',
    action: '{ at: 0s, do: change, who: tftp, files: { a: b } }',
    says: '.at: this is how it begins: write it where it stands, or a later moment',
  },
  {
    name: 'a file that goes and was never there',
    action: '{ at: 1s, do: change, who: tftp, remove: gold.cgf }',
    says: '.remove: tftp has no file gold.cgf of its own: did you mean "gold.cfg"?',
  },
])('$name', ({ action, says: line }) => {
  expect(says(action)).toEqual([line]);
});

test('a fault without an id is named after what it does and its place in the list', () => {
  const faults = faultsOf('{ at: 1s, do: crash, who: dhcp }', '{ do: drop, packet: DHCP ACK }');
  expect(faults.map(({ id }) => id)).toEqual(['crash-1', 'drop-2']);
});

test('what is not said of a fault: everybody, both ways, to the end of the run', () => {
  const [cut] = faultsOf('{ at: 1s, do: partition, from: cmts, to: dhcp }');
  expect(cut).toMatchObject({
    at: 1e6,
    until: Infinity,
    mustFire: undefined,
    ways: 'both',
    where: undefined,
  });
  const [drop] = faultsOf('{ do: drop, packet: DHCP ACK yiaddr=10.9.16.1 }');
  expect(drop).toMatchObject({ at: 0, turn: { kind: 'all' }, lossRatio: 1 });
  expect(drop).toMatchObject({
    packet: { packet: 'ACK', from: { name: '*' }, to: { name: '*' }, text: 'DHCP ACK yiaddr=10.9.16.1' },
  });
});

test('changes of one service add up, and an option that is new stands beside those that were', () => {
  const [, second] = faultsOf(
    '{ at: 1s, do: change, who: dhcp, options: { time-offset: 3600 } }',
    '{ at: 2s, do: change, who: dhcp, lease: 1h, options: { time-servers: [10.0.0.38] } }',
  );
  expect(second).toMatchObject({
    do: 'change',
    to: {
      subnets: [
        {
          lease: { defaultSeconds: 3600 },
          options: [
            { name: 'time-offset', value: 3600 },
            { name: 'time-servers', value: ['10.0.0.38'] },
          ],
        },
      ],
    },
  });
});

test('a rogue has a name that expectations may speak of', () => {
  const text = plantWith(
    NOISE,
    '{ at: 1s, do: rogue, id: stranger, on: lan, ip: 192.168.1.1, range: 192.168.1.2-192.168.1.9 }',
  ).replace('DHCP OFFER dhcp>cmts yiaddr=$ip', 'DHCP OFFER stranger>*');
  expect(parseScenario(text, 'lab.yaml').expectations).toHaveLength(6);
});
