import { expect, test } from 'vitest';
import { formatMistake, ScenarioError } from '../../../src/config/mistakes.ts';
import { parseCells } from '../../../src/config/parse.ts';
import { PLANT, plantWith as plant } from './plant.ts';

/** Files beside the one that is read. */
const FOLDER: Readonly<Record<string, string>> = {
  'a.yaml': 'extends: ./b.yaml\n',
  'b.yaml': 'extends: ./a.yaml\n',
  'small.yaml': PLANT,
};

const MODEMS = 'cm: { kind: cable-modem, count: 3, on: hfc, mac: "00:10:18:00:00:{n:02x}" }';
const MILLION = 'cm: { kind: cable-modem, count: 1000000, on: hfc, mac: "00:10:18:{n:06x}" }';
const MILLIONS = plant(
  MODEMS,
  `${MILLION}\n  ${MILLION.replace('cm', () => 'more').replace(':18:', () => ':19:')}`,
);
const STORMS = plant(MODEMS, MILLION).replace(
  'timeline:\n',
  () => `timeline:\n${'  - { at: 0s, do: power-on, who: cm }\n'.repeat(6)}`,
);

/** Seven lists, each of ten times the one before: ten million values in two hundred characters. */
const BOMB = ['a: &a [x, x, x, x, x, x, x, x, x, x]']
  .concat(
    ['b', 'c', 'd', 'e', 'f', 'g'].map(
      (name, index) => `${name}: &${name} [${Array(10).fill(`*${'abcdef'[index]}`).join(', ')}]`,
    ),
  )
  .join('\n');

const numbers = (count: number, unit: string) =>
  Array.from({ length: count }, (_, n) => `${n + 2}${unit}`).join(', ');

/** What a person reads, line by line. */
function says(text: string): string[] {
  try {
    parseCells(text, 'lab.yaml', {
      readBase: (path) => FOLDER[path] ?? { message: 'there is no such file', hint: '' },
    });
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return error.mistakes.map((mistake) => formatMistake(error.fileName, mistake));
  }
  return [];
}

test.each([
  {
    name: 'a version that is not there yet',
    text: plant('headend: 1', 'headend: 2'),
    says: 'lab.yaml:1:10 headend: "2" is no choice here: write 1',
  },
  {
    name: 'a name with spaces',
    text: plant('name: small', 'name: My Small Lab'),
    says: 'lab.yaml:2:7 name: "My Small Lab" has characters that may not be here: write small letters, digits and dashes, at most 64, such as cable-modem-boot',
  },
  {
    name: 'a key with a slip',
    text: plant('duration: 2m', 'duratoin: 2m'),
    says: 'lab.yaml:4:1 duratoin: there is no such key here: did you mean "duration"?',
  },
  {
    name: 'the same key twice',
    text: plant('seed: 7', 'seed: 7\nseed: 8'),
    says: 'lab.yaml:4:1 the key "seed" is there twice: keep one of the two',
  },
  {
    name: 'a tab for an indent',
    text: plant('  hfc: {', '	hfc: {'),
    says: 'lab.yaml:6:1 Tabs are not allowed as indentation: indent with spaces',
  },
  {
    name: 'a bracket that stays open',
    text: plant('between: [core, lan]', 'between: [core, lan'),
    says: 'lab.yaml:9:57 there is a bracket that no "]" closes up to here: close it, or put text that has brackets into quotes',
  },
  {
    name: 'a number without its unit',
    text: plant('delay: 8ms', 'delay: 8'),
    says: 'lab.yaml:6:32 net.hfc.delay: "8" has no unit: write a duration with its unit, such as 200us, 8ms, 1.5s, 2m, 24h, 7d or 3m15s, up to 3650d',
  },
  {
    name: 'a unit that is none',
    text: plant('duration: 2m', 'duration: 2min'),
    says: 'lab.yaml:4:11 duration: "2min" will not do: write a duration with its unit, such as 200us, 8ms, 1.5s, 2m, 24h, 7d or 3m15s, up to 3650d',
  },
  {
    name: 'a ratio without its sign',
    text: plant('loss: 2% }\n  core', 'loss: 0.02 }\n  core'),
    says: 'lab.yaml:6:43 net.hfc.loss: "0.02" has no % sign: write a percentage from 0% to 100%, such as 2% or 0.1%',
  },
  {
    name: 'more than all',
    text: plant('loss: 2% }\n  core', 'loss: 120% }\n  core'),
    says: 'lab.yaml:6:43 net.hfc.loss: "120%" will not do: write a percentage from 0% to 100%, such as 2% or 0.1%',
  },
  {
    name: 'a bandwidth in octets',
    text: plant('10Mbit/s', '10MB/s'),
    says: 'lab.yaml:7:49 net.core.bandwidth: "10MB/s" will not do: write a bandwidth such as 64kbit/s, 10Mbit/s or 1Gbit/s',
  },
  {
    name: 'an address that cannot be',
    text: plant('ip: 10.0.0.37', 'ip: 10.0.0.370'),
    says: 'lab.yaml:30:24 services.tod.ip: "10.0.0.370" is no address: each of the four numbers is 0 to 255, without a zero before it: write an address such as 10.0.0.67, or with the length of its network: 10.0.0.67/24',
  },
  {
    name: 'a network with host bits',
    text: plant('subnet: 10.9.0.0/18', 'subnet: 10.9.1.0/18'),
    says: 'lab.yaml:16:17 services.dhcp.subnets[0].subnet: "10.9.1.0/18" is no network: bits are set after the first 18, or the length is out of bounds: write an IPv4 network such as 10.9.0.0/18, from /8 to /30',
  },
  {
    name: 'a range backwards',
    text: plant('10.9.16.1-10.9.16.99', '10.9.16.99-10.9.16.1'),
    says: 'lab.yaml:18:16 services.dhcp.subnets[0].range: "10.9.16.99-10.9.16.1" will not do: write two IPv4 addresses, the lower first, such as 10.9.16.1-10.9.16.99',
  },
  {
    name: 'a range outside of its subnet',
    text: plant('10.9.16.1-10.9.16.99', '10.9.16.1-10.9.80.99'),
    says: 'lab.yaml:18:16 services.dhcp.subnets[0].range: the end of the range, 10.9.80.99 is outside of the subnet 10.9.0.0/18: write an address of 10.9.0.0/18, or another subnet',
  },
  {
    name: 'overlapping pools',
    text: plant(
      '      - subnet: 10.9.0.0/18',
      '      - { subnet: 10.9.0.0/18, range: 10.9.16.50-10.9.16.120 }\n      - subnet: 10.9.0.0/18',
    ),
    says: 'lab.yaml:16:39 services.dhcp.subnets[0].range: the range shares addresses with "10.9.16.1-10.9.16.99" of the same server: let each address be in one range only',
  },
  {
    name: 'an address in a pool that a host has',
    text: plant(
      'web: { kind: host, on: lan, ip: 10.2.0.10 }',
      'web: { kind: host, on: lan, ip: 10.9.16.50/18 }',
    ),
    says: 'lab.yaml:18:16 services.dhcp.subnets[0].range: the range has 10.9.16.50 in it, which is the address of web: let the range begin after it, or end before it',
  },
  {
    name: 'two hosts with one address',
    text: plant('tod: { on: core, ip: 10.0.0.37 }', 'tod: { on: core, ip: 10.2.0.10 }'),
    says: 'lab.yaml:38:35 devices.web.ip: 10.2.0.10 is already the address of tod: give web another one',
  },
  {
    name: 'two groups with one hardware address',
    text: plant('web: { kind: host,', 'web: { kind: host, mac: "00:10:18:00:00:01",'),
    says: 'lab.yaml:38:27 devices.web.mac: 00:10:18:00:00:01 and on are already the addresses of cm: change a fixed part of it for web',
  },
  {
    name: 'more members than addresses',
    text: plant('count: 3, on: hfc', 'count: 300, on: hfc'),
    says: 'lab.yaml:37:54 devices.cm.mac: 300 members do not fit into this hardware address: give {n} more digits, such as {n:06x}',
  },
  {
    name: 'a kind of device that is none',
    text: plant('kind: stub', 'kind: stubb'),
    says: 'lab.yaml:39:17 devices.home.kind: "stubb" is no kind that headend knows: did you mean "stub"?',
  },
  {
    name: 'a service that does not say what it is',
    text: plant('  tod: {', '  clock: {'),
    says: 'lab.yaml:30:10 services.clock.kind: is missing: write kind: and one of dhcp, tftp, tod, dns, ftp, resolver',
  },
  {
    name: 'a segment that is not there',
    text: plant('on: lan, ip: 10.2.0.10 }', 'on: lam, ip: 10.2.0.10 }'),
    says: 'lab.yaml:38:26 devices.web.on: "lam" is no segment of this file: did you mean "lan"?',
  },
  {
    name: 'modems where no CMTS is',
    text: plant('count: 3, on: hfc', 'count: 3, on: lan'),
    says: 'lab.yaml:37:42 devices.cm.on: no CMTS has its cable on lan: the cables are hfc',
  },
  {
    name: 'a server that no way leads to',
    text: plant('  metro: { kind: link, between: [core, lan], delay: 12ms }\n', ''),
    says: 'lab.yaml:38:68 devices.home.resolver: no way leads from lan to dns (10.0.0.53) on core: join the segments with a link or a router, or name a server that is near',
  },
  {
    name: 'a relay that no subnet serves',
    text: plant('giaddr: 10.9.0.1', 'giaddr: 10.8.0.1/24'),
    says: 'lab.yaml:36:57 devices.cmts.giaddr: no DHCP subnet serves the relay 10.8.0.1: write this address as relay: of a subnet, or correct it',
  },
  {
    name: 'a file out of the folder',
    text: plant('./files/gold.yaml', '../files/gold.yaml'),
    says: 'lab.yaml:28:27 services.tftp.files.gold.cfg.docsis: "../files/gold.yaml" leads out of the scenario\'s folder: keep the file under that folder, or allow other paths with --allow-path',
  },
  {
    name: 'an action that is none',
    text: plant('do: power-on', 'do: power-up'),
    says: 'lab.yaml:41:19 timeline[0].do: "power-up" is no action that headend knows: did you mean "power-on"?',
  },
  {
    name: 'a moment after the end',
    text: plant('at: 10s, do: impair', 'at: 10m, do: impair'),
    says: 'lab.yaml:42:11 timeline[1].at: the run ends at 2m, so this never happens: write a longer duration: at the top, or an earlier moment here',
  },
  {
    name: 'a member that is not there',
    text: plant('who: cm, spread', 'who: "cm[3]", spread'),
    says: 'lab.yaml:41:35 timeline[0].who: cm has no member 3: write cm[0] to cm[2]',
  },
  {
    name: 'a fault that cannot do anything',
    text: plant('where: hfc, loss: 2%, for: 30s', 'where: hfc, for: 30s'),
    says: 'lab.yaml:42:5 timeline[1]: it makes nothing worse: write loss:, delay:, jitter:, reorder:, duplicate:, corrupt: or bandwidth: above 0',
  },
  {
    name: 'must-fire on nothing',
    text: plant('loss: 2%, for: 30s', 'loss: 0%, for: 30s, must-fire: 1'),
    says: 'lab.yaml:42:5 timeline[1]: it makes nothing worse: write loss:, delay:, jitter:, reorder:, duplicate:, corrupt: or bandwidth: above 0',
  },
  {
    name: 'must-fire 0',
    text: plant('for: 30s', 'for: 30s, must-fire: 0'),
    says: 'lab.yaml:42:82 timeline[1].must-fire: "0" is out of bounds: write at least 1',
  },
  {
    name: 'a step that cannot be read',
    text: plant('DHCP OFFER dhcp>cmts', 'DHCP OFER dhcp>cmts'),
    says: 'lab.yaml:44:54 expect[0].sequence.steps[0]: DHCP has no packet "OFER": did you mean OFFER?',
  },
  {
    name: 'what the CMTS says, as a state of the modem',
    text: plant('state: operational, within', 'state: online, within'),
    says: 'lab.yaml:48:35 expect[4].eventually.state: a cable modem has no state "online": that is what its CMTS says of it: write cmts-state: online',
  },
  {
    name: 'a list where one name stands',
    text: plant('do: power-on, who: cm', 'do: power-on, who: [cm, pc]'),
    says: 'lab.yaml:41:34 timeline[0].who: "["cm","pc"]" is a list: write one text; for several, an entry for each',
  },
  {
    name: 'a packet that never comes',
    text: plant('  - always: leases.unique', '  - never: DHCP NAK *>*'),
    says: 'lab.yaml:45:12 expect[1].never: "DHCP NAK *>*" is text: write who never gets where, such as { any: cm, state: refusedByCmts }; a packet that never comes is metric: "packets DHCP NAK *>* == 0"',
  },
  {
    name: 'a state no modem has',
    text: plant('state: operational, within', 'state: operatonal, within'),
    says: 'lab.yaml:48:35 expect[4].eventually.state: a cable modem has no state "operatonal": did you mean "operational"?',
  },
  {
    name: 'an expectation that is two',
    text: plant('  - always: leases.unique', '  - always: leases.unique\n    never: { any: cm, state: off }'),
    says: 'lab.yaml:45:5 expect[1]: an expectation is one of sequence, always, never, eventually, sometimes, metric, and this has 2: write exactly one of them in each item of the list',
  },
  {
    name: 'longer than the run',
    text: plant('within: 30s', 'within: 30m'),
    says: 'lab.yaml:48:56 expect[4].eventually.within: the run ends at 2m, before this does at 30m: write a longer duration: at the top, or less here',
  },
  {
    name: 'a claim about what is not there',
    text: plant('dhcp.queue.depth', 'tftp.queue.depth'),
    says: 'lab.yaml:46:13 expect[2].always: nothing measures tftp.queue.depth: tftp is no service that has a capacity: services with a capacity are dhcp',
  },
  {
    name: 'a param that is not there',
    text: plant('duration: 2m', 'duration: "${minutes}m"'),
    says: 'lab.yaml:4:12 duration: there is no param "minutes": give it a value at the top of the file, as params: { name: value }',
  },
  {
    name: 'a param that nothing uses',
    text: plant('seed: 7', 'seed: 7\nparams: { spread: 4s }'),
    says: 'lab.yaml:4:11 params.spread: nothing uses it: write "${spread}" where it belongs, or take it out',
  },
  {
    name: 'a param made of itself',
    text: plant('duration: 2m', 'duration: "${long}"\nparams: { long: "${long}" }'),
    says: 'lab.yaml:5:17 params.long: "${long}" is made of params, and a param is a value of its own: write the value',
  },
  {
    name: 'a matrix that explodes',
    text: plant(
      'duration: 2m',
      `params: { long: 2m, modems: 3 }\nmatrix: { long: [${numbers(50, 'm')}], modems: [${numbers(50, '')}] }\nduration: 2m`,
    ),
    says: 'lab.yaml:5:9 matrix: it has 50 x 50 = 2500 cells, and a matrix has at most 1000: vary fewer values at a time',
  },
  {
    name: 'an axis that is no param',
    text: plant('seed: 7', 'seed: 7\nmatrix: { spread: [5s] }'),
    says: 'lab.yaml:4:11 matrix.spread: there is no param "spread" to vary: add params: { spread: 5s }',
  },
  {
    name: 'extends in a circle',
    text: 'extends: ./a.yaml\n',
    says: 'b.yaml:1:10 extends: the files extend each other in a circle: a.yaml extends b.yaml extends a.yaml: take one extends: out',
  },
  {
    name: 'extends itself',
    text: 'extends: lab.yaml\n',
    says: 'lab.yaml:1:10 extends: the files extend each other in a circle: lab.yaml extends lab.yaml: take one extends: out',
  },
  {
    name: 'an alias bomb',
    text: BOMB,
    says: 'lab.yaml:1:23 f[0][5][2][5][2][5]: the file grows to more than 200000 values: use fewer aliases (*name), or say many devices with "count:"',
  },
  {
    name: 'too many hosts',
    text: MILLIONS,
    says: 'lab.yaml:38:37 devices.more.count: with these there are 2000005 hosts, and a scenario has at most 1100000: write smaller counts',
  },
  {
    name: 'too many events',
    text: STORMS,
    says: 'lab.yaml:46:5 timeline[5]: with this the timeline does 6000000 things to single devices, and at most 5000000 are allowed: name smaller groups, or fewer moments',
  },
  {
    name: 'nothing',
    text: '',
    says: 'lab.yaml:1:1 there is nothing in this file: write keys with values, such as { key: value }',
  },
  {
    name: 'binary',
    text: '\0\u0001',
    says: 'lab.yaml:1:1 this is not a text file (it has a NUL octet): write YAML or JSON in UTF-8',
  },
  {
    name: 'text, not a map',
    text: 'just text',
    says: 'lab.yaml:1:1 "just text" is text: write keys with values, such as { key: value }',
  },
  {
    name: 'two documents',
    text: `${PLANT}---\n${PLANT}`,
    says: 'lab.yaml:50:1 a second document begins here: one file is one scenario: take the "---" away',
  },
  {
    name: 'JSON: a number without its unit',
    text: '{ "headend": 1, "name": "x", "net": { "core": { "kind": "segment", "delay": "8" } },\n  "devices": { "web": { "kind": "host", "on": "core", "ip": "10.0.0.1" } } }',
    says: 'lab.yaml:1:77 net.core.delay: "8" has no unit: write a duration with its unit, such as 200us, 8ms, 1.5s, 2m, 24h, 7d or 3m15s, up to 3650d',
  },
  {
    name: 'JSON: a bracket that stays open',
    text: '{ "headend": 1, "name": "x",\n  "net": { "core": { "kind": "segment" } ',
    says: 'lab.yaml:2:42 there is a bracket that no "}" closes up to here: close it, or put text that has brackets into quotes',
  },
  {
    name: 'null for what is not there',
    text: 'extends: ./small.yaml\nnet: { hcf: null }\n',
    says: 'lab.yaml:2:13 net.hcf: null takes out what the other file has, and it has no such key here: did you mean "hfc"?',
  },
  {
    name: 'a value that will not do, over one of another file',
    text: 'extends: ./small.yaml\nnet: { hfc: { delay: soon } }\n',
    says: 'lab.yaml:2:22 net.hfc.delay: "soon" will not do: write a duration with its unit, such as 200us, 8ms, 1.5s, 2m, 24h, 7d or 3m15s, up to 3650d',
  },
])('$name: one message, with its place and what to do', ({ text, says: message }) => {
  expect(says(text)).toEqual([message]);
});
