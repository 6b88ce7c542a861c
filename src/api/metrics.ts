import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { MESSAGE_TYPE_NAMES } from '../codec/dhcp/codes.ts';
import { DhcpDecoder } from '../codec/dhcp/message.ts';
import { rcodeName } from '../codec/dns/registry.ts';
import type { HostSpec } from '../core/driver.ts';
import { DecodeError } from '../core/errors.ts';
import type { Rule } from '../core/rules.ts';
import { TFTP_RULES as TFTP } from '../core/rules/tftp.ts';
import type { Input, Plain } from '../core/service.ts';
import { SECOND } from '../core/time.ts';
import type { Meter } from '../driver/real/meter.ts';
import type { RealCounts } from '../driver/real/world.ts';

/** What is looked at when somebody asks, beside what was counted. */
export interface MeteredServers {
  readonly driver: {
    readonly counts: RealCounts;
    readonly datagramsLimited: number;
    readonly openTickets: number;
    readonly connections: number;
  };
  /** What the disk refused last; undefined while it is good. */
  diskFailure(): string | undefined;
  /** Of each DHCP server what its command `pools` answers: `host` and `pools`. */
  pools(): Promise<Plain>;
  /** Of each name server what its command `checks` answers: `host` and `checks`. */
  checks(): Promise<Plain>;
}

const DNS_PORT = 53;
const DHCP_PORTS: ReadonlySet<number> = new Set([67, 68]);
/** RFC 1035 §4.1.1: the low four bits of the fourth octet. */
const RCODE_OFFSET = 3;
/** RFC 1035 §4.2.2: two octets of length come before a message. */
const FRAME_OCTETS = 2;
/** What one datagram costs, to a disk that hangs. */
const HANDLE_SECONDS = [1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 0.01, 0.05, 0.25, 1];
const SETTLE_SECONDS = [5e-4, 1e-3, 2.5e-3, 5e-3, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
const TRANSFER_SECONDS = [1e-3, 5e-3, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 300];

/** How a transfer ended, by the rule that ended it. */
const TRANSFER_RESULTS: ReadonlyMap<Rule, string> = new Map([
  [TFTP.complete, 'complete'],
  [TFTP.gaveUp, 'given-up'],
  [TFTP.peerError, 'client-error'],
  [TFTP.unreachable, 'unreachable'],
  [TFTP.startedOver, 'started-over'],
  [TFTP.unreadable, 'unreadable'],
  [TFTP.notFound, 'not-found'],
  [TFTP.notFoundCase, 'not-found'],
  [TFTP.notFoundSlash, 'not-found'],
  [TFTP.writeRefused, 'refused'],
  [TFTP.modeRefused, 'refused'],
  [TFTP.optionRefused, 'refused'],
  [TFTP.busy, 'busy'],
  [TFTP.busyForSource, 'busy'],
]);

interface PortCounts {
  received: number;
  receivedOctets: number;
  sent: number;
  sentOctets: number;
}

/** What the hosts of one group did: ten thousand modems are one line of each metric. */
class GroupCounts {
  readonly ports = new Map<number, PortCounts>();
  readonly rules = new Map<Rule, number>();
  readonly dhcp = { received: new Map<string, number>(), sent: new Map<string, number>() };
  readonly answers = {
    udp: new Map<string, number>(),
    tcp: new Map<string, number>(),
    tls: new Map<string, number>(),
  };
  transfers = 0;

  port(number: number): PortCounts {
    const known = this.ports.get(number);
    if (known !== undefined) return known;
    const made: PortCounts = { received: 0, receivedOctets: 0, sent: 0, sentOctets: 0 };
    this.ports.set(number, made);
    return made;
  }
}

/** Counts what servers do, and shows it in the text format of Prometheus. */
export class Metrics implements Meter {
  readonly #registry = new Registry();
  readonly #groups = new Map<string, GroupCounts>();
  readonly #decoder = new DhcpDecoder();
  readonly #handle = this.#histogram('handle_seconds', HANDLE_SECONDS, ['host', 'input'], {
    help: 'Time that services took for one input.',
  });
  readonly #settle = this.#histogram('settle_seconds', SETTLE_SECONDS, ['host', 'outcome'], {
    help: 'Time from a row to be kept until the disk had it; answers wait for that.',
  });
  readonly #transfer = this.#histogram('tftp_transfer_seconds', TRANSFER_SECONDS, ['host'], {
    help: 'Time that complete TFTP transfers took.',
  });

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
    this.#countPorts();
    this.#countProtocols();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  received(host: HostSpec, port: number, octets: Uint8Array): void {
    const group = this.#group(host);
    const counts = group.port(port);
    counts.received++;
    counts.receivedOctets += octets.length;
    if (DHCP_PORTS.has(port)) increment(group.dhcp.received, this.#dhcpType(octets, octets.length));
  }

  sent(host: HostSpec, port: number, octets: Uint8Array, length: number): void {
    const group = this.#group(host);
    const counts = group.port(port);
    counts.sent++;
    counts.sentOctets += length;
    if (DHCP_PORTS.has(port)) increment(group.dhcp.sent, this.#dhcpType(octets, length));
    if (port === DNS_PORT) increment(group.answers.udp, rcodeOf(octets, 0));
  }

  streamed(host: HostSpec, port: number, octets: Uint8Array): void {
    const isTls = port === host.tls?.port;
    if (port !== DNS_PORT && !isTls) return;
    increment(this.#group(host).answers[isTls ? 'tls' : 'tcp'], rcodeOf(octets, FRAME_OCTETS));
  }

  because(host: HostSpec, rule: Rule): void {
    increment(this.#group(host).rules, rule);
  }

  handled({ group }: HostSpec, kind: Input['kind'], tookUs: number): void {
    this.#handle.observe({ host: group, input: kind }, tookUs / SECOND);
  }

  settled({ group }: HostSpec, outcome: 'durable' | 'conflict' | 'failed', tookUs: number): void {
    this.#settle.observe({ host: group, outcome }, tookUs / SECOND);
  }

  measured(host: HostSpec, name: string, value: number): void {
    if (name === 'tftp.transfers') this.#group(host).transfers = value;
    if (name === 'tftp.transfer.us') this.#transfer.observe({ host: host.group }, value / SECOND);
  }

  /** Shows, too, what is to be looked at in servers that run. */
  watch(servers: MeteredServers): void {
    const { driver } = servers;
    const { counts } = driver;
    this.#gauge('disk_good', '1 while the disk takes what is to be kept.', () =>
      servers.diskFailure() === undefined ? 1 : 0,
    );
    this.#gauge('tickets_open', 'Rows handed to the disk and not settled.', () => driver.openTickets);
    this.#gauge('connections_open', 'TCP connections.', () => driver.connections);
    this.#gauge('unsent_bytes', 'Written to TCP peers that have not taken it.', () => counts.unsentOctets);
    const totals: readonly [name: string, help: string, value: () => number][] = [
      ['datagrams_limited', 'Dropped unread: their source sent too many.', () => driver.datagramsLimited],
      ['connections_ended', 'TCP connections ended to make room for others.', () => counts.streamsRefused],
      ['connections_cut', 'TCP connections whose peer did not read.', () => counts.streamsCut],
      ['sends_refused', 'Datagrams that the kernel would not send.', () => counts.sendsRefused],
      [
        'broadcasts_instead',
        'Answers by broadcast to clients without an address.',
        () => counts.broadcastInstead,
      ],
    ];
    for (const [name, help, value] of totals)
      this.#counter(`${name}_total`, help, [], (add) => add({}, value()));
    this.#watchPools(servers);
  }

  #countPorts(): void {
    const perPort: readonly [name: string, help: string, of: keyof PortCounts][] = [
      ['datagrams_received_total', 'Datagrams that came to a port; "other" were opened since.', 'received'],
      ['datagram_received_bytes_total', 'Octets of datagrams that came to a port.', 'receivedOctets'],
      ['datagrams_sent_total', 'Datagrams sent from a port.', 'sent'],
      ['datagram_sent_bytes_total', 'Octets of datagrams sent from a port.', 'sentOctets'],
    ];
    for (const [name, help, of] of perPort)
      this.#counter(name, help, ['host', 'port'], (add) => {
        for (const [host, { ports }] of this.#groups)
          for (const [port, counts] of ports)
            add({ host, port: port === 0 ? 'other' : `${port}` }, counts[of]);
      });
  }

  #countProtocols(): void {
    this.#counter('decisions_total', 'By rule: `headend explain RULE`.', ['host', 'rule'], (add) => {
      for (const [host, { rules }] of this.#groups)
        for (const [rule, count] of rules) add({ host, rule: rule.id }, count);
    });
    this.#counter('dhcp_messages_total', 'By message type.', ['host', 'direction', 'type'], (add) => {
      for (const [host, { dhcp }] of this.#groups)
        for (const direction of ['received', 'sent'] as const)
          for (const [type, count] of dhcp[direction]) add({ host, direction, type }, count);
    });
    this.#counter(
      'dns_answers_total',
      'By the RCODE of the header.',
      ['host', 'transport', 'rcode'],
      (add) => {
        for (const [host, { answers }] of this.#groups)
          for (const transport of ['udp', 'tcp', 'tls'] as const)
            for (const [rcode, count] of answers[transport]) add({ host, transport, rcode }, count);
      },
    );
    this.#counter('tftp_transfers_total', 'By how they ended.', ['host', 'result'], (add) => {
      for (const [host, { rules }] of this.#groups)
        for (const [rule, result] of TRANSFER_RESULTS) {
          const count = rules.get(rule);
          if (count !== undefined) add({ host, result }, count);
        }
    });
    const open = 'TFTP transfers under way.';
    this.#labelled('tftp_transfers_open', open, ['host'], (set) => {
      for (const [host, { rules, transfers }] of this.#groups)
        if (rules.has(TFTP.granted) || rules.has(TFTP.optionsGranted)) set({ host }, transfers);
    });
  }

  #watchPools(servers: MeteredServers): void {
    const labels = ['host', 'pool', 'subnet'];
    const size = 'Addresses in the ranges of a subnet; pools are numbered from 0 in the order of the file.';
    const each = async (use: (labels: Labels, pool: PlainRecord) => void): Promise<void> => {
      for (const { host, pools } of recordsOf(await servers.pools()))
        for (const [number, pool] of recordsOf(pools).entries())
          use({ host: wordOf(host), pool: `${number}`, subnet: wordOf(pool['subnet']) }, pool);
    };
    this.#labelled('dhcp_pool_addresses', size, labels, (set) =>
      each((which, { addresses }) => set(which, Number(addresses))),
    );
    this.#labelled('dhcp_addresses', 'Addresses of a subnet by state.', [...labels, 'state'], (set) =>
      each((which, pool) => {
        for (const state of ['bound', 'offered', 'declined', 'free'])
          set({ ...which, state }, Number(pool[state]));
      }),
    );
    const healthy = 'Whether a health check holds its target for healthy: 1, or 0.';
    this.#labelled('check_healthy', healthy, ['host', 'check'], async (set) => {
      for (const { host, checks } of recordsOf(await servers.checks()))
        for (const check of recordsOf(checks))
          set({ host: wordOf(host), check: wordOf(check['name']) }, check['healthy'] === true ? 1 : 0);
    });
  }

  #group({ group }: HostSpec): GroupCounts {
    const known = this.#groups.get(group);
    if (known !== undefined) return known;
    const made = new GroupCounts();
    this.#groups.set(group, made);
    return made;
  }

  #dhcpType(octets: Uint8Array, length: number): string {
    try {
      const { messageType } = this.#decoder.decode(
        length === octets.length ? octets : octets.subarray(0, length),
      );
      return messageType === 0 ? 'BOOTP' : (MESSAGE_TYPE_NAMES[messageType] ?? 'other');
    } catch (error) {
      if (error instanceof DecodeError) return 'malformed';
      throw error;
    }
  }

  #histogram(name: string, buckets: number[], labelNames: string[], { help }: { help: string }): Histogram {
    return new Histogram({ name: `headend_${name}`, help, labelNames, buckets, registers: [this.#registry] });
  }

  /** A counter that is filled when somebody asks. */
  #counter(name: string, help: string, labelNames: string[], fill: (add: Put) => void): void {
    const shown = new Counter({
      name: `headend_${name}`,
      help,
      labelNames,
      registers: [],
      collect() {
        this.reset();
        fill((labels, value) => this.inc(labels, value));
      },
    });
    this.#registry.registerMetric(shown);
  }

  #labelled(
    name: string,
    help: string,
    labelNames: string[],
    fill: (set: Put) => void | Promise<void>,
  ): void {
    const shown = new Gauge({
      name: `headend_${name}`,
      help,
      labelNames,
      registers: [],
      async collect() {
        this.reset();
        await fill((labels, value) => this.set(labels, value));
      },
    });
    this.#registry.registerMetric(shown);
  }

  #gauge(name: string, help: string, value: () => number): void {
    this.#labelled(name, help, [], (set) => set({}, value()));
  }
}

type PlainRecord = Readonly<Record<string, Plain>>;
type Labels = Readonly<Record<string, string>>;
type Put = (labels: Labels, value: number) => void;

function increment<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** The objects of a list of them. */
function recordsOf(list: Plain | undefined): readonly PlainRecord[] {
  return Array.isArray(list) ? (list as readonly PlainRecord[]) : [];
}

function wordOf(value: Plain | undefined): string {
  return typeof value === 'string' ? value : '';
}

function rcodeOf(octets: Uint8Array, offset: number): string {
  return rcodeName((octets[offset + RCODE_OFFSET] ?? 0) & 15);
}
