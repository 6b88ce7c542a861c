import { ANY, BROADCAST } from '../../core/address.ts';
import type { Facts, FilterFacts, Wanted, WantedPort } from './facts.ts';
import { fateOf, type Fate, type FilterChain, type Passage } from './filter.ts';
import { fail, note, pass, warn, type Finding } from './finding.ts';
import { parseIptables } from './iptables.ts';
import { parseNft } from './nft.ts';

const NAME = 'firewall';
const DHCP = 67;
/** Any of the ports that a server takes for one transfer (RFC 6335 §6). */
const TRANSFER_PORT = 50_000;

/** Whether the packet filter lets questions in and answers out. */
export function judgeFirewall({ filters, wanted, machine }: Facts): readonly Finding[] {
  if (machine.platform !== 'linux')
    return [note(NAME, `not looked at: what filters packets on ${machine.platform} is not read here`)];
  const unread = filters.unread === '' ? [] : [note(NAME, `not all of it could be read: ${filters.unread}`)];
  const chains = chainsOf(filters);
  const found = wanted.ports.flatMap((port) => {
    const worst = passagesOf(port, wanted)
      .map((passage) => ({ passage, fate: fateOf(passage, chains) }))
      .toSorted((a, b) => BADNESS[a.fate.kind] - BADNESS[b.fate.kind])
      .at(-1);
    return worst === undefined || worst.fate.kind === 'passes' ? [] : [tell(port, worst, wanted)];
  });
  if (found.length > 0) return [...found, ...unread];
  if (filters.nft === undefined && filters.iptables.length === 0) return unread;
  const names = wanted.ports.map(({ protocol, port }) => `${protocol}/${port}`).join(', ');
  return [pass(NAME, `lets ${names} in, and their answers out`), ...unread];
}

const BADNESS = { passes: 0, some: 1, diverted: 2, dropped: 3 } as const;

/** What `iptables` made is read from its own tool: `nft` shows its extensions without their meaning. */
function chainsOf({ nft, iptables }: FilterFacts): readonly FilterChain[] {
  const own = iptables.flatMap(parseIptables);
  const others = (nft === undefined ? undefined : parseNft(nft)) ?? [];
  const isTold = (chain: FilterChain): boolean =>
    own.some(({ table }) => `ip ${table.replace('iptables ', '')}` === chain.table);
  return [...others.filter((chain) => !isTold(chain)), ...own];
}

/** The packets of one exchange: the question, the answer, and what follows where the answer has a port of its own. */
function passagesOf({ protocol, port, movesOn }: WantedPort, wanted: Wanted): readonly Passage[] {
  const [name] = wanted.interfaces;
  const base = {
    family: 4,
    interface: name ?? (wanted.hasFile && !wanted.isReachable ? 'lo' : undefined),
    protocol,
    sourcePort: undefined,
    destinationPort: undefined,
    source: undefined,
    destination: undefined,
    state: undefined,
  } as const;
  // RFC 2131 §4.1: a client without an address sends from 0.0.0.0 to all.
  const first = port === DHCP && name !== undefined ? { source: ANY, destination: BROADCAST } : {};
  const question: Passage = { ...base, ...first, direction: 'in', destinationPort: port, state: 'new' };
  const answer: Passage = { ...base, direction: 'out', sourcePort: movesOn ? TRANSFER_PORT : port };
  if (!movesOn) return [question, answer];
  return [
    question,
    answer,
    { ...base, direction: 'in', destinationPort: TRANSFER_PORT, state: 'established' },
  ];
}

interface Met {
  readonly passage: Passage;
  readonly fate: Fate;
}

function tell({ protocol, port, use }: WantedPort, { passage, fate }: Met, { hasFile }: Wanted): Finding {
  const name = `${protocol}/${port}`;
  const isQuestion = passage.destinationPort === port;
  const what = isQuestion
    ? `questions to ${name} (${use})`
    : passage.direction === 'out'
      ? `answers of ${use} from ${name}`
      : `what follows the first packet of ${use}`;
  if (fate.kind === 'some') return note(NAME, `lets some of ${what} through, not all: ${fate.by}`);
  const says = `${fate.kind === 'diverted' ? 'diverts' : 'drops'} ${what}: ${fate.by}`;
  const why = isQuestion
    ? 'serve never sees them, so that its log shows nobody asking'
    : passage.direction === 'out'
      ? 'clients ask again and again, and the log shows every answer as sent'
      : 'a transfer goes on at a new port (RFC 1350 §4), which no rule for port 69 covers';
  return (hasFile ? fail : warn)(NAME, { says, why, cure: cureOf(passage, fate) });
}

function cureOf({ direction, protocol, sourcePort, destinationPort }: Passage, { chain }: Fate): string {
  if (destinationPort === TRANSFER_PORT)
    return 'accept "ct state established" for udp, or serve all from port 69 with `single-port: true`';
  const [side, port] = direction === 'in' ? ['dport', destinationPort] : ['sport', sourcePort];
  if (chain === undefined) return '';
  return chain.table.startsWith('iptables')
    ? `iptables -I ${chain.name} -p ${protocol} --${side} ${port} -j ACCEPT`
    : `nft insert rule ${chain.table} ${chain.name} ${protocol} ${side} ${port} accept`;
}
