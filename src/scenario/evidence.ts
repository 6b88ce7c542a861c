import { macAt } from '../core/address.ts';
import type { FrameEvent, HostSpec, Topology, Trace } from '../core/driver.ts';
import { CHADDR_OFFSET } from '../codec/dhcp/message.ts';
import { CLIENT_PORT, SERVER_PORT } from '../codec/dhcp/codes.ts';
import { PacketReader, type PacketFacts } from './packet.ts';

/** One packet that shows how an expectation failed, as a line. Safe to show. */
export interface PacketLine {
  /** As a whole trace of the run numbers it: `headend explain run.trace#N`. */
  readonly number: number;
  readonly at_us: number;
  readonly text: string;
}

/** Where a failure can be looked at. */
export interface Whereabouts {
  readonly host: string;
  readonly at_us: number;
  /** The packets that led there, or those that followed. */
  readonly look: 'before' | 'after';
}

/** Packets of one expectation at most. */
const LINES_MAX = 6;

interface Gathering {
  readonly where: Whereabouts;
  readonly lines: PacketLine[];
}

/**
 * Listens to a run that is made again, and keeps the packets of those hosts that left what was expected, about the moment
 * at which they did.
 */
export class EvidenceListener implements Trace {
  readonly #reader: PacketReader;
  readonly #byHost = new Map<string, Gathering[]>();
  readonly #byMac = new Map<number, HostSpec>();
  readonly #gatherings: readonly (Gathering | undefined)[];
  /** Over all that a trace has a line for. */
  #number = 0;

  /** `wheres`: of each expectation, in their order; undefined where there is nothing to look at. */
  constructor(topology: Topology, wheres: readonly (Whereabouts | undefined)[]) {
    this.#reader = new PacketReader(topology);
    this.#gatherings = wheres.map((where) => where && { where, lines: [] });
    for (const gathering of this.#gatherings) {
      if (gathering === undefined) continue;
      const { host } = gathering.where;
      this.#byHost.set(host, [...(this.#byHost.get(host) ?? []), gathering]);
    }
    for (const host of topology.hosts)
      if (this.#byHost.has(host.name)) for (const { mac } of host.interfaces) this.#byMac.set(mac, host);
  }

  frame(event: FrameEvent): void {
    this.#number++;
    const facts = this.#reader.describe(event);
    const about = [facts.from, facts.to, this.#subject(event)];
    const hosts = new Set(about.flatMap((host) => (host === undefined ? [] : [host.name])));
    for (const name of hosts)
      for (const gathering of this.#byHost.get(name) ?? []) this.#gather(gathering, event, facts);
  }

  state(): void {
    this.#number++;
  }

  because(): void {
    this.#number++;
  }

  /** Details of reasons are for others. */
  reads(): boolean {
    return false;
  }

  /** By expectation. */
  lines(): readonly (readonly PacketLine[])[] {
    return this.#gatherings.map((gathering) => gathering?.lines ?? []);
  }

  #gather({ where, lines }: Gathering, event: FrameEvent, facts: PacketFacts): void {
    if (where.look === 'before' ? event.sentAt > where.at_us : event.at < where.at_us) return;
    if (where.look === 'after' && lines.length >= LINES_MAX) return;
    lines.push({ number: this.#number, at_us: event.at, text: packetLine(facts) });
    if (lines.length > LINES_MAX) lines.shift();
  }

  /** Whom a DHCP message is about, where only relay and server speak. */
  #subject({ body }: FrameEvent): HostSpec | undefined {
    if (body.kind !== 'udp' || body.octets.length < CHADDR_OFFSET + 6) return undefined;
    const { port } = body.to;
    return port === SERVER_PORT || port === CLIENT_PORT
      ? this.#byMac.get(macAt(body.octets, CHADDR_OFFSET))
      : undefined;
  }
}

/** The fields that tell one packet of a protocol from the next. */
const SHOWN: Readonly<Record<string, readonly string[]>> = {
  DHCP: ['yiaddr', 'giaddr', 'file', 'opt50', 'opt54'],
  TFTP: ['file', 'block', 'code', 'text'],
  DNS: ['qname', 'qtype', 'rcode', 'answer'],
  REG: ['sid', 'code'],
  RNG: ['sid', 'status'],
  ICMP: ['type', 'code'],
};

/** `DHCP OFFER dhcp>cmts yiaddr=10.9.16.1`, as a step says it, and what became of it. */
function packetLine(facts: PacketFacts): string {
  const { title, from, to, fields, event, fate, fault } = facts;
  const shown = (SHOWN[facts.protocol] ?? []).flatMap((name) => {
    const value = fields.get(name);
    return value === undefined || value === '' || value === '0.0.0.0'
      ? []
      : [`${name}=${value.slice(0, 60)}`];
  });
  const way = `${from.name}>${to?.name ?? '*'}`;
  return [title, way, ...shown, ...fateWords(fate, fault, event.segment)].join(' ');
}

function fateWords(fate: PacketFacts['fate'], fault: string | undefined, segment: string): readonly string[] {
  switch (fate) {
    case 'lost':
      return [`LOST on ${segment}`];
    case 'faulted':
      return [`TAKEN by ${fault ?? 'a fault'}`];
    case 'unheard':
      return ['UNHEARD: nobody is there'];
    case 'delivered':
      return [];
    default:
      return [`NOT TAKEN: ${fate}`];
  }
}
