import type { Ip } from '../../core/address.ts';
import type { RecordedDatagram } from '../../codec/datagrams.ts';
import { decodeMessage, type DnsMessage } from '../../codec/dns/message.ts';
import { formatName, type Name } from '../../codec/dns/name.ts';
import { formatRecord, type ResourceRecord } from '../../codec/dns/record.ts';
import { Class, Type } from '../../codec/dns/registry.ts';

const DNS_PORT = 53;
/** What a scenario file takes as names. */
const APEX = /^[A-Za-z0-9_-]{1,63}(?:[.][A-Za-z0-9_-]{1,63})*$/;
const OWNER = /^[A-Za-z0-9_*.-]{1,253}$/;
const TTL_MAX = 604_800;
const RECORDS_MAX = 10_000;
const RESPONSE = 0x8000;
const SAYS_APEX: ReadonlySet<number> = new Set([Type.SOA, Type.NS]);
/** What a zone is not made of: signatures are made anew, and a copy of a proof proves nothing. */
const LEFT_OUT: ReadonlySet<number> = new Set([
  Type.RRSIG,
  Type.NSEC,
  Type.NSEC3,
  Type.DNSKEY,
  Type.OPT,
  Type.ANY,
]);

/** One record as a zone has it. */
export interface SeenRecord {
  readonly owner: Name;
  readonly type: string;
  readonly ttl: number;
  readonly data: string;
}

/** What names were asked for, and what was said. */
export class Names {
  /** Servers that answered. */
  readonly servers = new Set<Ip>();
  /** Records whose names a scenario cannot say. */
  unsaid = 0;
  /** By all that is in them but their TTL. */
  readonly #records = new Map<string, SeenRecord>();
  /** Zones that an answer named by its SOA or NS records, or whose apex was guessed. */
  readonly #apexes = new Map<string, Name>();

  take({ from, octets }: RecordedDatagram): void {
    if (from.port !== DNS_PORT) return;
    const message = decodeMessage(octets);
    if ((message.flags & RESPONSE) === 0) return;
    this.servers.add(from.address);
    this.#apexOf(message);
    for (const record of message.answers) this.#keep(record);
  }

  /** By zone, the deepest that a record is in. */
  zones(): ReadonlyMap<string, readonly SeenRecord[]> {
    this.unsaid = 0;
    const zones = new Map<string, SeenRecord[]>();
    const apexes = [...this.#apexes.values()].sort((a, b) => b.labelCount - a.labelCount);
    for (const record of this.#records.values()) {
      const apex = apexes.find((each) => record.owner.isSubdomainOf(each));
      const name = apex && withoutDot(formatName(apex));
      if (name === undefined || !APEX.test(name) || !OWNER.test(formatName(record.owner))) {
        this.unsaid++;
        continue;
      }
      const records = zones.get(name);
      if (records === undefined) zones.set(name, [record]);
      else records.push(record);
    }
    return zones;
  }

  #apexOf({ questions, answers, authorities }: DnsMessage): void {
    const [question] = questions;
    if (question === undefined) return;
    const said = [...authorities, ...answers].find(
      ({ type, owner }) => SAYS_APEX.has(type) && question.qname.isSubdomainOf(owner) && !owner.isRoot,
    );
    if (said !== undefined) this.#apexes.set(said.owner.key, said.owner);
    for (const { owner } of answers)
      if (![...this.#apexes.values()].some((apex) => owner.isSubdomainOf(apex)) && !owner.isRoot) {
        const guess = lastTwo(owner);
        this.#apexes.set(guess.key, guess);
      }
  }

  #keep(record: ResourceRecord): void {
    if (record.class !== Class.IN || LEFT_OUT.has(record.type) || this.#records.size >= RECORDS_MAX) return;
    const [, , , type = '', ...data] = formatRecord(record).split(' ');
    const key = `${formatName(record.owner).toLowerCase()} ${type} ${data.join(' ')}`;
    const known = this.#records.get(key);
    // A resolver tells what is left of a TTL: the most that was seen is nearest to the zone's.
    if (known === undefined || known.ttl < record.ttl)
      this.#records.set(key, {
        owner: record.owner,
        type,
        ttl: Math.min(record.ttl, TTL_MAX),
        data: data.join(' '),
      });
  }
}

/** `www.lab.example` may be in `lab.example`. */
function lastTwo(name: Name): Name {
  let apex = name;
  while (apex.labelCount > 2) apex = apex.parent();
  return apex;
}

function withoutDot(name: string): string {
  return name.length > 1 && name.endsWith('.') ? name.slice(0, -1) : name;
}
