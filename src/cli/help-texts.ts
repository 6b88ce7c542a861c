import { wrapText } from '../api/report.ts';

/** What stands below a verb's flags in its help. */
export interface HelpText {
  /** Commands without the program's name, and what each is for. */
  readonly examples: readonly (readonly [command: string, what: string])[];
  /** What its exit codes say, where there is more to them than 0, and 2 for a mistake. */
  readonly exits?: string | undefined;
}

/** Below the list of all verbs. */
export const PROGRAM_HELP: HelpText = {
  examples: [
    ['run scenarios/cable-modem-boot.yaml --ladder cm', 'three modems come online, packet by packet'],
    ['init --from', 'shipped scenarios to begin with'],
    ['lesson', 'incidents to find out'],
    ['help run', 'all of one command'],
  ],
  exits:
    '0 passed or warned, 1 failed, 2 bad usage or file, 3 inconclusive, 4 the machine (port, right, interface, disk), ' +
    '5 not deterministic, 70 our bug, 129 hung up, 130 interrupted, 143 terminated',
};

export const HELP_TEXTS: Readonly<Record<string, HelpText>> = {
  run: {
    examples: [
      ['run scenarios/cable-modem-boot.yaml --ladder cm', 'the packets of each modem'],
      ['run lab.yaml --set net.hfc.loss=2% --report run.html', 'a change, and a page that shows the run'],
      ['run lab.yaml --seeds 1..100 --reporter junit=out.xml', 'a hundred runs, for continuous integration'],
      ['run lab.yaml --mode live --trace lab.trace', 'over real sockets, on loopback'],
    ],
    exits:
      '0 passed or warned, 1 an expectation failed, 3 something was never judged, 4 the machine, 5 one seed had two digests',
  },
  merge: {
    examples: [['merge out/1.json out/2.json --out all.json', 'the shards of one sweep']],
    exits: 'those of run; 3 when runs are missing, 5 when one seed came with two digests',
  },
  plan: { examples: [['plan lab.yaml', 'hosts, ports, rights, timeline']] },
  validate: { examples: [['validate scenarios/name-lookup.yaml', 'each mistake with file:line:column']] },
  schema: { examples: [['schema', 'for the settings of an editor; docs/scenarios.md says where']] },
  serve: {
    examples: [
      ['serve lab.yaml', 'its servers, on 127.0.0.1'],
      ['serve lab.yaml --interface eth1 --state /var/lib/headend', 'for the clients of a network'],
      ['serve lab.yaml --only cmts,cm --interface hfc0', 'a CMTS and its modems'],
    ],
    exits: '0 terminated by SIGTERM, 4 a port, right or interface is not to be had, 130 interrupted',
  },
  reload: {
    examples: [['reload --state state', 'after the file was changed']],
    exits: '0 reloaded; else nothing has changed: 2 the file is wrong, 4 the machine, or no serve runs there',
  },
  health: {
    examples: [
      ['health --state state', 'how it is'],
      ['health set www down --state state', 'a health check that is said to be down'],
      ['health flap +++-+xxx++ --every 10s', 'what thresholds make of these probes'],
    ],
    exits: '0 well, or with a warning; 1 not well; 4 no serve runs there',
  },
  init: {
    examples: [
      ['init', 'asks, and writes lab.yaml'],
      ['init --interface eth1 --modems 10 --yes', 'asks nothing'],
      ['init --from', 'lists the shipped scenarios'],
      ['init --from policy-failover my.yaml', 'copies one to begin with'],
    ],
  },
  import: {
    examples: [
      ['import kea kea-dhcp4.conf -o lab.yaml', 'a DHCP server’s configuration'],
      ['import boot.pcapng -o boot.yaml', 'a boot out of a capture'],
    ],
    exits: '0 made; with --strict 1 when anything was not taken over',
  },
  leases: { examples: [['leases --state state --all', 'those that have ended, too']] },
  probe: {
    examples: [
      ['probe dns 192.0.2.53 www.example.com AAAA', 'one question'],
      ['probe all lab.yaml --at 127.0.0.1', 'every service of a file'],
    ],
    exits: '0 it answers well, 1 it does not',
  },
  dig: {
    examples: [
      ['dig scenarios/policy-failover.yaml www.shop.example --at 90s --explain', 'why it answers so then'],
      ['dig lab.yaml www.lab.example --client 10.1.0.0/16 --want 192.0.2.7', 'what must change'],
    ],
    exits: '0 it answers, 1 nobody does',
  },
  compare: {
    examples: [
      [
        'compare scenarios/failover-against-caches.yaml www.shop.example --policies failover,weighted',
        'one workload, two policies',
      ],
      [
        'compare scenarios/policies-compared-by-latency.yaml www.shop.example --policies latency,failover',
        'and how far it is for users',
      ],
    ],
  },
  ladder: { examples: [["ladder lab.trace --who 'cm[0]' --svg boot.svg", 'one modem, as a picture too']] },
  view: { examples: [['view lab.trace -o run.html', 'a page for a browser']] },
  diff: {
    examples: [
      ['diff lab.yaml --with net.hfc.loss=2%', 'the file as it is, and with a change'],
      ['diff before.trace after.trace', 'two runs that are over'],
    ],
    exits: '0 no difference, 1 they differ',
  },
  replay: {
    examples: [
      ['replay lab.trace', 'the same packets and states?'],
      ['replay sweep.json --seed 42', 'the same digest?'],
    ],
    exits: '0 the same again, 1 not the same',
  },
  shrink: { examples: [['shrink lab.yaml --seed 7 --out lab-small.yaml', 'what is left still fails']] },
  explain: {
    examples: [
      ['explain HE-DHCP-014', 'a rule'],
      ['explain lab.trace', 'what is wrong in a run'],
      ['explain lab.trace#12', 'one packet, field by field'],
    ],
  },
  lesson: {
    examples: [
      ['lesson', 'the list'],
      ['lesson run dark-street', 'one of them'],
      ['lesson guess dark-street helper', 'what is wrong?'],
    ],
    exits: '0 right, 1 a guess that is wrong',
  },
  docsis: {
    examples: [
      ['docsis decode gold.cm', 'as YAML'],
      ['docsis encode gold.yaml --secret-file plant.key -o gold.cm', 'and back, signed'],
    ],
    exits: 'of verify 0 both MICs hold, 1 one does not; 2 a file that cannot be read',
  },
  zone: {
    examples: [
      ['zone check lab.zone --strict', 'what is wrong, and what could be better'],
      ['zone diff before.zone after.zone', 'what went and what came'],
    ],
    exits: 'of check, test and diff 1: an error, another answer, a difference',
  },
  doctor: {
    examples: [
      ['doctor', 'this machine'],
      ['doctor lab.yaml --interface eth1 --state state', 'as serve would use it'],
    ],
    exits: '0 serve would start, 4 something is in its way',
  },
};

/** Examples in two columns, the second below a command that is long; then the exit codes. */
export function helpText({ examples, exits }: HelpText): string {
  const short = examples.filter(([command]) => command.length <= COMMAND_COLUMNS);
  const width = Math.max(0, ...short.map(([command]) => command.length));
  const lines = examples.flatMap(([command, what]) =>
    command.length > COMMAND_COLUMNS
      ? [`  headend ${command}`, `      ${what}`]
      : [`  headend ${command.padEnd(width)}  ${what}`],
  );
  const told = exits === undefined ? [] : ['', ...wrapText(`Exit codes: ${exits}`, COLUMNS)];
  return ['', 'Examples:', ...lines, ...told].join('\n');
}

const COLUMNS = 80;
const COMMAND_COLUMNS = 44;
