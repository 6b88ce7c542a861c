import { Name, ROOT } from '../../codec/dns/name.ts';
import { Type } from '../../codec/dns/registry.ts';
import { type Ip, ipv4At, ipv6At } from '../../core/address.ts';
import type { Instant } from '../../core/time.ts';
import type { Cache } from './cache.ts';
import type { RecordSet } from './record-set.ts';
import type { Cut, CutServer } from './task.ts';

export interface CutsOptions {
  readonly roots: readonly Ip[];
  readonly usesIpv4: boolean;
  readonly usesIpv6: boolean;
}

/** Servers of one zone that are looked at: more does not make it safer. */
const CUT_SERVERS_MAX = 16;

/** Which zone's servers to ask, and where they are, as far as that is known. */
export class Cuts {
  readonly #cache: Cache;
  readonly #types: readonly number[];
  readonly #hints: Cut;

  constructor({ roots, usesIpv4, usesIpv6 }: CutsOptions, cache: Cache) {
    this.#cache = cache;
    this.#types = [...(usesIpv4 ? [Type.A] : []), ...(usesIpv6 ? [Type.AAAA] : [])];
    const root = { name: undefined, addresses: [...roots], fetched: new Set<number>() };
    this.#hints = { zone: ROOT, servers: [root], from: 'hints' };
  }

  /** The zone nearest to the name whose servers are remembered, of at most `ceiling` labels; the hints for the root else. */
  closest(sname: Name, qtype: number, ceiling: number, now: Instant): Cut {
    // DS stands in the zone above: RFC 4035 §3.1.4.1.
    const first = qtype === Type.DS && !sname.isRoot ? 1 : 0;
    for (let above = first; above < sname.labelCount; above++) {
      const zone = sname.ancestor(above);
      if (zone.labelCount > ceiling) continue;
      const known = this.#cache.find(zone, Type.NS, now);
      if (known?.kind === 'data') return this.of(known.set, [], 'memory', now);
    }
    return this.#hints;
  }

  /** The cut that a set of NS records makes, with the addresses that came along or are remembered. */
  of(set: RecordSet, glue: readonly RecordSet[], from: Cut['from'], now: Instant): Cut {
    const servers = set.rdatas.slice(0, CUT_SERVERS_MAX).map((rdata): CutServer => {
      const name = new Name(rdata);
      const addresses: Ip[] = [];
      for (const type of this.#types) {
        const known = this.#cache.find(name, type, now);
        const fresh = glue.find((one) => one.type === type && one.owner.equals(name));
        const source = known?.kind === 'data' ? known.set : fresh;
        if (source !== undefined) addresses.push(...ipsOf(source));
      }
      return { name, addresses, fetched: new Set() };
    });
    return { zone: set.owner, servers, from };
  }

  /** A server whose address is not known and may still be looked up, with the type to ask for. */
  unknownServer({ servers }: Cut): { readonly server: CutServer; readonly qtype: number } | undefined {
    for (const server of servers) {
      if (server.name === undefined || server.addresses.length > 0) continue;
      const qtype = this.#types.find((type) => !server.fetched.has(type));
      if (qtype !== undefined) return { server, qtype };
    }
    return undefined;
  }
}

export function addressesOf({ servers }: Cut): readonly Ip[] {
  return servers.flatMap(({ addresses }) => addresses);
}

export function ipsOf({ type, rdatas }: RecordSet): readonly Ip[] {
  return rdatas.map((rdata) => (type === Type.A ? ipv4At(rdata, 0) : ipv6At(rdata, 0)));
}
