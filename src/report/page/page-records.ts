import { macAt } from '../../core/address.ts';
import type { Ip, Mac } from '../../core/address.ts';
import type { FrameBody, FrameEvent, HostSpec, Topology, Trace } from '../../core/driver.ts';
import type { Rule } from '../../core/rules.ts';
import { toInstant } from '../../core/time.ts';
import type { Instant } from '../../core/time.ts';
import { CLIENT_PORT, SERVER_PORT } from '../../codec/dhcp/codes.ts';
import { CHADDR_OFFSET } from '../../codec/dhcp/message.ts';
import { PacketReader } from '../../scenario/packet.ts';
import type { PlantHost } from '../plant.ts';
import { frameRecord, reasonRecord, stateRecord } from '../../scenario/record.ts';
import type { TraceRecord } from '../../scenario/record.ts';

/** Records of one page, and among them frames of devices that were not chosen, which did not arrive. */
const RECORDS_MAX = 60_000;
const STRANGERS_MAX = 8_000;

/** More hosts than these are not listened to one by one. */
const HUGE = 20_000;

/** Whose packets are kept: of some devices, among all `hosts` that they talk to; undefined: everybody's. */
export type Chosen =
  | { readonly devices: ReadonlySet<string>; readonly hosts: ReadonlySet<string> }
  | undefined;

/**
 * Keeps the packets of some hosts whole, of all others those that did not arrive, and says how many were too many. A packet is
 * of a host when both of its ends are among the chosen; a DHCP message by the hardware address in it, since a relay sends it
 * on in its own name. `proofs` are kept whosever they are: then it listens to everybody, and numbers are those of a whole trace.
 */
export class PageRecords implements Trace {
  readonly records: TraceRecord[] = [];
  leftOut = 0;
  readonly #chosen: Chosen;
  readonly #reader: PacketReader;
  readonly #macs: ReadonlySet<Mac>;
  readonly #addresses = new Set<Ip>();
  readonly #isHuge: boolean;
  readonly #proofs: ReadonlySet<number> | undefined;
  /** Who has just been handed a packet that is kept. */
  #spoken: HostSpec | undefined;
  #strangers = 0;
  #number = 0;
  #zero = toInstant(0);

  constructor(topology: Topology, chosen: Chosen, proofs?: ReadonlySet<number>) {
    this.#chosen = chosen;
    this.#proofs = proofs;
    this.#reader = new PacketReader(topology);
    const hosts = topology.hosts.filter(({ name }) => this.#has(name));
    this.#macs = new Set(hosts.flatMap(({ interfaces }) => interfaces.map(({ mac }) => mac)));
    for (const { interfaces } of hosts)
      for (const { addresses } of interfaces)
        for (const { address } of addresses) this.#addresses.add(address);
    this.#isHuge = topology.hosts.length > HUGE;
  }

  /** Says which of the driver's moments the page counts from; before it is said, 0. */
  begin(zero: Instant): void {
    this.#zero = zero;
  }

  /** In a huge plant servers are not listened to for themselves: a driver tells what led from the devices, and to them. */
  wants(host: HostSpec): boolean {
    if (this.#chosen === undefined || this.#proofs !== undefined) return true;
    return this.#isHuge ? this.#chosen.devices.has(host.name) : this.#chosen.hosts.has(host.name);
  }

  frame(event: FrameEvent): void {
    const number = ++this.#number;
    const keeps = this.#keeps(event) || this.#proves(number);
    this.#spoken = keeps ? event.receiver : undefined;
    if (!keeps) return;
    this.#add(frameRecord(this.#reader.describe(event), { number, zero: this.#zero }));
  }

  state(at: Instant, host: HostSpec, machine: string, state: string, subject: Mac | undefined): void {
    const number = ++this.#number;
    const isOurs = subject === undefined ? this.#has(host.name) : this.#macs.has(subject);
    if (isOurs || this.#proves(number))
      this.#add(stateRecord({ at, host, machine, state, subject }, { number, zero: this.#zero }));
  }

  /** Those of the devices, and what others say of a packet that is kept, as they are handed it. */
  because(at: Instant, host: HostSpec, rule: Rule, detail: string | undefined): void {
    const number = ++this.#number;
    const isOurs = this.#chosen === undefined || this.#chosen.devices.has(host.name) || this.#spoken === host;
    if (!isOurs && !this.#proves(number)) return;
    this.#add(reasonRecord({ at, host, rule, detail }, { number, zero: this.#zero }));
  }

  #has(name: string): boolean {
    return this.#chosen === undefined || this.#chosen.hosts.has(name);
  }

  #proves(number: number): boolean {
    return this.#proofs !== undefined && this.#proofs.has(number);
  }

  #keeps(event: FrameEvent): boolean {
    if (this.#chosen === undefined || this.#isOurs(event)) return true;
    if (event.fate === 'delivered' || event.fate === 'unheard') return false;
    if (++this.#strangers > STRANGERS_MAX) this.leftOut++;
    return this.#strangers <= STRANGERS_MAX;
  }

  #isOurs({ body, sender, receiver }: FrameEvent): boolean {
    const client = clientMac(body);
    if (client !== undefined) return this.#macs.has(client);
    const isNear = this.#has(sender.name) && (receiver === undefined || this.#has(receiver.name));
    if (body.kind === 'arp' || body.kind === 'mac-message') return isNear;
    const [from, to] = body.kind === 'icmp' ? [body.from, body.to] : [body.from.address, body.to.address];
    if (this.#has(sender.name) && !sender.forwards && from !== 0) this.#addresses.add(from);
    // Without a receiver it is for everybody, or for nobody.
    return this.#addresses.has(from) && (this.#addresses.has(to) || receiver === undefined);
  }

  #add(record: TraceRecord): void {
    if (this.records.length >= RECORDS_MAX) this.leftOut++;
    else this.records.push(record);
  }
}

/** RFC 2131 §2, figure 1: chaddr of what goes to or from a DHCP port, where it is an Ethernet address. */
function clientMac(body: FrameBody): Mac | undefined {
  if (body.kind !== 'udp') return undefined;
  const { from, to, octets } = body;
  const isDhcp = [from.port, to.port].some((port) => port === SERVER_PORT || port === CLIENT_PORT);
  return isDhcp && octets.length >= CHADDR_OFFSET + 6 && octets[2] === 6
    ? macAt(octets, CHADDR_OFFSET)
    : undefined;
}

/** The same choice among the records of a trace file. */
export class RecordChoice {
  leftOut = 0;
  readonly records: TraceRecord[] = [];
  readonly #chosen: Chosen;
  readonly #macs: ReadonlySet<string>;
  readonly #proofs: ReadonlySet<number>;
  #spoken: string | null = null;
  #strangers = 0;

  constructor(hosts: readonly PlantHost[], chosen: Chosen, proofs: ReadonlySet<number>) {
    this.#chosen = chosen;
    this.#proofs = proofs;
    this.#macs = new Set(
      hosts
        .filter(({ name }) => this.#has(name))
        .flatMap(({ interfaces }) => interfaces.map(({ mac }) => mac)),
    );
  }

  take(record: TraceRecord): void {
    const keeps = this.#keeps(record) || this.#proofs.has(record.number);
    if (record.kind === 'frame') this.#spoken = keeps ? record.receiver : null;
    if (!keeps) return;
    if (this.records.length >= RECORDS_MAX) this.leftOut++;
    else this.records.push(record);
  }

  #has(name: string | null): boolean {
    return this.#chosen === undefined || (name !== null && this.#chosen.hosts.has(name));
  }

  #keeps(record: TraceRecord): boolean {
    if (this.#chosen === undefined) return true;
    if (record.kind === 'measure') return false;
    if (record.kind === 'because')
      return this.#chosen.devices.has(record.host) || this.#spoken === record.host;
    if (record.kind === 'state')
      return record.subject === null ? this.#has(record.host) : this.#macs.has(record.subject);
    const client = record.protocol === 'DHCP' ? record.fields['mac'] : undefined;
    const isOurs =
      client === undefined
        ? this.#has(record.origin) && (record.target === null || this.#has(record.target))
        : this.#macs.has(client);
    if (isOurs || record.fate === 'delivered' || record.fate === 'unheard') return isOurs;
    if (++this.#strangers > STRANGERS_MAX) this.leftOut++;
    return this.#strangers <= STRANGERS_MAX;
  }
}
