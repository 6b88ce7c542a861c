import { CAUSE } from '../core/rules/cause.ts';
import type { Rule } from '../core/rules.ts';

/** One incident to be found out: a scenario whose fault is hidden, and what a teacher knows of it. */
export interface Incident {
  readonly number: number;
  /** As its file under scenarios/incidents is called, after the number. */
  readonly name: string;
  /** What whoever reports it sees. */
  readonly title: string;
  /** Whose packets to draw first. */
  readonly show: string;
  readonly cause: Rule;
  /** From where to look, to what is to be seen there; none names the cause. */
  readonly hints: readonly string[];
  /** What to change in the file, and see it work. */
  readonly mend: string;
}

export const INCIDENTS: readonly Incident[] = [
  {
    number: 6,
    name: 'dark-street',
    title: 'A street stays dark after a line card was replaced: init(d), D01.0',
    show: 'cm[0]',
    cause: CAUSE.helperWrong,
    hints: [
      'init(d) says that the CMTS has relayed a DISCOVER. Does any server hear one? Look at what the servers count.',
      'Draw the packets between CMTS and router: `--at access`. To which address does the CMTS send what it relays, and what comes back?',
      'Compare that address with the address of the DHCP server, digit by digit.',
    ],
    mend: 'In the file: `helper: 10.0.0.67` under cmts (it says 10.0.0.76).',
  },
  {
    number: 7,
    name: 'maintenance-window',
    title: 'After a night of maintenance no modem comes back: init(d), D01.0',
    show: 'cm[0]',
    cause: CAUSE.unknownRelay,
    hints: [
      'The CMTS relays. Does the DHCP server hear the DISCOVERs? Does it offer anything?',
      'A server that hears and is silent has a reason. Take one DISCOVER before it and look at every field (`--trace F`, then `headend explain F#N`): which address did the relay write into it?',
      'Which networks does the server know, and in which of them is that address?',
    ],
    mend: 'In the file: the subnet 10.19.0.0/18 with its relay belongs under `dhcp`, which the CMTS asks; it was written into `dhcp-b`.',
  },
  {
    number: 8,
    name: 'everybody-is-fine',
    title: 'The server offers, the CMTS hears nothing, and both are right: init(d), D01.0',
    show: 'cm[0]',
    cause: CAUSE.noWayBack,
    hints: [
      'Count at the server: are DISCOVERs heard, are OFFERs sent? Count at the CMTS: do any come?',
      'Both counters are right, so an OFFER is lost between them. Draw `--at core` and then `--at access`: where is it seen last?',
      'To which address does a server send what is for a relay, and who between them must know the way there?',
    ],
    mend: 'In the file: take the route `10.9.0.0/19 via 10.1.0.19` out of `edge`; it covers the network of the old district too.',
  },
  {
    number: 10,
    name: 'every-other-house',
    title: 'New modems come online, old ones never do: init(d), offers all day',
    show: 'cm-old[0]',
    cause: CAUSE.noSiaddr,
    hints: [
      'The offers come to the old modems. Which message should follow an OFFER, and does it?',
      'A modem that takes no offer lacks something in it. What must it know to fetch its file, and where in an OFFER do old modems read that, where new ones?',
      'Look at every field of one OFFER: `headend explain TRACE#N`. Which field of the header is 0.0.0.0?',
    ],
    mend: 'In the file: take `siaddr: none` out of the `tftp` of the subnet.',
  },
  {
    number: 13,
    name: 'one-package',
    title: 'One package cannot be connected, all others can: init(o)',
    show: 'bronze[0]',
    cause: CAUSE.fileMissing,
    hints: [
      'init(o) says that the modem has asked for its file. Is it answered?',
      'Draw the packets on the cable: what does the TFTP server say to them, word for word?',
      'Compare the name in the read request with the name of the file, letter by letter.',
    ],
    mend: 'In the file: the TFTP server has packages/Bronze.cfg, the subnet says packages/bronze.cfg.',
  },
  {
    number: 14,
    name: 'after-the-audit',
    title: 'Since access lists were written modems get no file: init(o), D05.0',
    show: 'cm[0]',
    cause: CAUSE.answersBlocked,
    hints: [
      'The TFTP server says that it answers. Draw the packets before it (`--at core`), then on the cable: which of them are missing there?',
      'Look at the ports. To which port does the modem send its request, and from which port does the answer come?',
      'Read the list that answers have to pass, and ask which line lets an answer through that comes from such a port.',
    ],
    mend: 'In the file: `state: true` and `alg: [tftp]` on `edge`, or `single-port: true` on the TFTP server.',
  },
  {
    number: 16,
    name: 'since-friday',
    title: 'Modems fetch their file again and again: init(o), every transfer complete',
    show: 'cm[0]',
    cause: CAUSE.fileDamaged,
    hints: [
      'Is the file transferred whole? Which message should follow the last block, and does it come?',
      'So it is the modem that does not go on. What does it check in a file before it shows it to the CMTS? `headend explain mic`',
      'Somebody changed one number in the file. How did he do it, and what else in the file depends on every octet?',
    ],
    mend: 'Make the file again from its source: `headend docsis encode files/gold.yaml --secret-file KEY -o files/gold.cm`.',
  },
  {
    number: 17,
    name: 'the-day-after',
    title: 'Who restarts does not come back, who is online stays so: reject(m)',
    show: 'cm[0]',
    cause: CAUSE.otherSecret,
    hints: [
      'reject(m): m stands for message integrity check. The modem was content with the file; the CMTS is not. What does each of them check? `headend explain mic`',
      'Is it one file or every file? If every file: what do the maker of the files and the CMTS have in common?',
      'Compare it as octets: a capital letter or a line end is enough.',
    ],
    mend: 'In the file: `secret: plant-7` under cmts (it says Plant-7).',
  },
];

/** Scenarios that explain themselves, by what they teach: nothing in them is hidden. */
export const SHOWCASES: readonly { readonly title: string; readonly file: string }[] = [
  { title: 'The boot ladder', file: 'cable-modem-boot' },
  { title: 'DORA and the relay', file: 'dora-and-relay' },
  { title: 'Option 66 against siaddr', file: 'siaddr-is-not-option-66' },
  { title: 'Leases, T1 and T2', file: 'lease-lifetime' },
  { title: 'A missing file', file: 'missing-config' },
  { title: 'Modems and what stands behind them', file: 'computers-behind-modems' },
  { title: 'TFTP through firewalls', file: 'tftp-through-a-firewall' },
  { title: 'A wrong shared secret', file: 'wrong-shared-secret' },
  { title: 'The avalanche', file: 'boot-storm-5000' },
  { title: 'TTL and the negative cache', file: 'ttl-and-negative-cache' },
  { title: 'Failover against caches', file: 'failover-against-caches' },
  { title: 'Weighted answers', file: 'why-50-50-is-not-50-50' },
  { title: 'Latency against geolocation', file: 'latency-against-geolocation' },
];

/** What a cause is called in a guess. */
export const CAUSE_WORDS: ReadonlyMap<Rule, string> = new Map([
  [CAUSE.rangingStorm, 'ranging-storm'],
  [CAUSE.noBackOff, 'no-back-off'],
  [CAUSE.staleQueue, 'stale-queue'],
  [CAUSE.queueFull, 'queue-full'],
  [CAUSE.renewalWave, 'renewal-wave'],
  [CAUSE.helperWrong, 'helper'],
  [CAUSE.unknownRelay, 'unknown-giaddr'],
  [CAUSE.noWayBack, 'no-route-back'],
  [CAUSE.poolOrClass, 'pool-or-class'],
  [CAUSE.noSiaddr, 'siaddr'],
  [CAUSE.old125, 'option-125'],
  [CAUSE.noTime, 'time-server'],
  [CAUSE.fileMissing, 'file-name'],
  [CAUSE.answersBlocked, 'firewall'],
  [CAUSE.tftpBusy, 'tftp-sessions'],
  [CAUSE.fileDamaged, 'damaged-file'],
  [CAUSE.otherSecret, 'shared-secret'],
  [CAUSE.oneWrongFile, 'signing-tool'],
  [CAUSE.classRefused, 'class-of-service'],
  [CAUSE.accessDenied, 'network-access'],
  [CAUSE.tooManyCpes, 'max-cpe'],
  [CAUSE.clonedMac, 'cloned-modem'],
  [CAUSE.clockSkew, 'clock'],
  [CAUSE.sourceUnknown, 'leases-forgotten'],
  [CAUSE.foreignNak, 'rogue-server'],
  [CAUSE.serverDown, 'dhcp-down'],
  [CAUSE.tftpDown, 'tftp-down'],
  [CAUSE.fileIncomplete, 'incomplete-file'],
]);
