import { formatIp, formatMac } from '../../core/address.ts';
import type { Ip, Mac } from '../../core/address.ts';
import type { Rule } from '../../core/rules.ts';
import { Boot } from './boot.ts';
import type { LogMark } from './boot.ts';
import { Peer } from './peer.ts';
import type { Asked } from './peer.ts';
import type { Party, Sighting } from './sighting.ts';
import type { Mark } from './track.ts';

/** More clients, peers and logs than these are not watched: what is wrong with them shows with the others, too. */
const BOOTS_MAX = 20_000;
const PEERS_MAX = 1_000;
const NEIGHBOURS_MAX = 2_000;
const LOGS_MAX = 2_000;

/** Kinds of hosts that want service, by themselves or for who owns them. */
const CLIENT_KINDS: ReadonlySet<string> = new Set(['cable-modem', 'host', 'stub', 'client']);

/** Who was looked for on a link, by ARP. */
export interface Neighbour {
  readonly address: Ip;
  asked: number;
  answered: number;
  readonly by: string;
  readonly first: Mark;
  last: Mark;
}

interface FaultSeen {
  readonly id: string;
  count: number;
  readonly first: Mark;
  last: Mark;
}

export interface LogEntry {
  readonly host: string;
  readonly rule: Rule;
  count: number;
  readonly mark: LogMark;
}

/** All that was seen so far, in bounds: clients and how far they came, who was asked and answered, what hosts logged. */
export class Observed {
  /** Whether hosts and their addresses are known, as from a run or its trace; a capture tells neither. */
  readonly hasInventory: boolean;
  readonly peers = new Map<string, Peer>();
  readonly neighbours = new Map<string, Neighbour>();
  readonly logs = new Map<string, LogEntry>();
  /** Declared faults that took something. */
  readonly faults = new Map<string, FaultSeen>();
  readonly #boots = new Map<Mac | string, Boot>();
  readonly #byIp = new Map<Ip, Boot>();
  readonly #parties = new Map<Mac, Party>();
  readonly #owners = new Map<Ip, string>();
  readonly #byName = new Map<string, Party>();
  readonly #relays = new Map<Ip, string>();
  /** Relays for whose clients a server offered anything. */
  readonly #offered = new Set<Ip>();

  constructor(inventory: readonly Party[]) {
    this.hasInventory = inventory.length > 0;
    for (const party of inventory) {
      this.#byName.set(party.name, party);
      for (const { mac, addresses } of party.interfaces) {
        this.#parties.set(mac, party);
        for (const { address } of addresses) this.#owners.set(address, party.name);
      }
    }
  }

  /** In the order in which they were seen first. */
  boots(): Iterable<Boot> {
    return this.#boots.values();
  }

  /** Whose address it is, as far as anybody has said. */
  ownerOf(address: Ip): string | undefined {
    return this.#owners.get(address);
  }

  /** The kind of the host that has an address, such as `dns+tod`; empty where nobody knows. */
  kindAt(address: Ip): string {
    return this.#byName.get(this.#owners.get(address) ?? '')?.kind ?? '';
  }

  /** Whether a host is a DHCP server, by what is said of it or by what it did. */
  isServerHost(name: string): boolean {
    const kind = this.#byName.get(name)?.kind ?? '';
    if (kind.split('+').includes('dhcp')) return true;
    return [...this.peers.values()].some(({ service, host }) => service === 'dhcp' && host?.name === name);
  }

  /** The servers of the plant that a boot needs, one entry a service. */
  serverHosts(): readonly { readonly name: string; readonly service: Asked; readonly address: Ip }[] {
    const services: readonly Asked[] = ['dhcp', 'tftp', 'tod'];
    return [...this.#byName.values()].flatMap(({ name, kind, interfaces }) => {
      const address = interfaces[0]?.addresses[0]?.address;
      const kinds = kind.split('+');
      if (address === undefined) return [];
      return services
        .filter((service) => kinds.includes(service))
        .map((service) => ({ name, service, address }));
    });
  }

  /** The CMTS of a cable. */
  relayOn(segment: string): string | undefined {
    for (const { name, kind, interfaces } of this.#byName.values())
      if (kind === 'cmts' && interfaces.some((one) => one.segment === segment)) return name;
    return undefined;
  }

  offers(giaddr: Ip): void {
    if (this.#offered.size < PEERS_MAX) this.#offered.add(giaddr);
  }

  isOffered(giaddr: Ip): boolean {
    return this.#offered.has(giaddr);
  }

  /** Whether ICMP said of any server asked for this that it is none. */
  isRefused(service: Asked): boolean {
    return [...this.peers.values()].some((peer) => peer.service === service && peer.refused > 0);
  }

  takes(id: string, mark: Mark): void {
    const known = this.faults.get(id);
    if (known !== undefined) {
      known.count++;
      known.last = mark;
    } else if (this.faults.size < PEERS_MAX) this.faults.set(id, { id, count: 1, first: mark, last: mark });
  }

  learn(address: Ip, { name }: Party): void {
    if (this.#owners.size < BOOTS_MAX && !this.#owners.has(address)) this.#owners.set(address, name);
  }

  /** Whether this crossing brings a packet to `to`, and not only to a router on its way. */
  arrives({ fate, receiver }: Sighting, to: Ip): boolean {
    if (fate !== 'delivered') return false;
    if (receiver === undefined) return true;
    const relay = this.#relays.get(to);
    if (relay !== undefined) return relay === receiver.name;
    return !receiver.forwards || this.#owners.get(to) === receiver.name;
  }

  /** Whoever sends a giaddr first is the relay: routers after it only pass it on. */
  relays(giaddr: Ip, relay: Party): void {
    if (this.#relays.size < PEERS_MAX && !this.#relays.has(giaddr)) this.#relays.set(giaddr, relay.name);
    this.learn(giaddr, relay);
  }

  /** The client of a hardware address; undefined when too many are watched already. */
  boot(mac: Mac): Boot | undefined {
    const known = this.#boots.get(mac);
    if (known !== undefined || this.#boots.size >= BOOTS_MAX) return known;
    const boot = new Boot(this.#parties.get(mac)?.name ?? formatMac(mac), mac);
    this.#boots.set(mac, boot);
    return boot;
  }

  /** The client at an address. One that never asked for an address has it by hand. */
  bootAt(address: Ip, sender: Party): Boot | undefined {
    const known = this.#byIp.get(address);
    if (known !== undefined) return known;
    const owner = sender.forwards ? undefined : sender;
    if (owner !== undefined && owner.kind !== '' && !CLIENT_KINDS.has(owner.kind)) return undefined;
    const mac = owner?.interfaces[0]?.mac;
    const boot = mac === undefined ? this.#bootByHand(address) : this.boot(mac);
    if (boot !== undefined) this.give(address, boot);
    return boot;
  }

  give(address: Ip, boot: Boot): void {
    if (this.#byIp.has(address) || this.#byIp.size < BOOTS_MAX) this.#byIp.set(address, boot);
  }

  /** Who has an address, if it was seen to be given. */
  holder(address: Ip): Boot | undefined {
    return this.#byIp.get(address);
  }

  /** The client that a host is; undefined for servers and routers. */
  bootOf(party: Party): Boot | undefined {
    const mac = party.interfaces[0]?.mac;
    return mac === undefined || !CLIENT_KINDS.has(party.kind) ? undefined : this.boot(mac);
  }

  peer(service: Asked, address: Ip): Peer | undefined {
    const key = `${service} ${formatIp(address)}`;
    const known = this.peers.get(key);
    if (known !== undefined || this.peers.size >= PEERS_MAX) return known;
    const peer = new Peer(service, address);
    this.peers.set(key, peer);
    return peer;
  }

  peerAt(service: Asked, address: Ip): Peer | undefined {
    return this.peers.get(`${service} ${formatIp(address)}`);
  }

  looksFor(address: Ip, by: string, mark: Mark): void {
    const key = formatIp(address);
    const known = this.neighbours.get(key);
    if (known !== undefined) {
      known.asked++;
      known.last = mark;
    } else if (this.neighbours.size < NEIGHBOURS_MAX)
      this.neighbours.set(key, { address, asked: 1, answered: 0, by, first: mark, last: mark });
  }

  finds(address: Ip): void {
    const known = this.neighbours.get(formatIp(address));
    if (known !== undefined) known.answered++;
  }

  logged(rule: Rule, mark: LogMark): void {
    const key = `${rule.id} ${mark.host}`;
    const known = this.logs.get(key);
    if (known !== undefined) known.count++;
    else if (this.logs.size < LOGS_MAX) this.logs.set(key, { host: mark.host, rule, count: 1, mark });
  }

  /** What all hosts together logged under a rule: how often, and where first. */
  logOf(rule: Rule): { readonly count: number; readonly first: LogEntry } | undefined {
    let count = 0;
    let first: LogEntry | undefined;
    for (const entry of this.logs.values()) {
      if (entry.rule !== rule) continue;
      count += entry.count;
      first ??= entry;
    }
    return first === undefined ? undefined : { count, first };
  }

  #bootByHand(address: Ip): Boot | undefined {
    if (this.#boots.size >= BOOTS_MAX) return undefined;
    const boot = new Boot(this.#owners.get(address) ?? formatIp(address), undefined);
    this.#boots.set(boot.name, boot);
    return boot;
  }
}
