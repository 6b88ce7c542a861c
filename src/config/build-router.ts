import {
  formatIp,
  formatIpv4,
  formatPrefix,
  isIpv4,
  maskIp,
  parseIpv4,
  prefixContains,
  type Endpoint,
  type Ip,
  type Ipv4,
} from '../core/address.ts';
import { SECOND } from '../core/time.ts';
import type { AccessList } from '../policy/access-list.ts';
import { listKind, parseAccessLine } from './access-list.ts';
import { interfaceAddress, type AddressBook } from './addresses.ts';
import { didYouMean, type Findings, type Path } from './findings.ts';
import { quote } from './mistakes.ts';
import type { NatConfig, RouterDeviceConfig, RouterInterfaceConfig } from './router.ts';
import type { RouterFile } from './schema-router.ts';

const MINUTE_US = 60 * SECOND;
const ENTRIES_MAX = 4096;
/** RFC 4787 §4.3 recommends 5 minutes; RFC 5508 §3.2 REQ-2; RFC 5382 §5 REQ-5 for TCP. */
const TIMEOUTS = {
  udp: 5 * MINUTE_US,
  icmp: MINUTE_US,
  established: 124 * MINUTE_US,
  transitory: 4 * MINUTE_US,
};
/** RFC 4787 §4.2.1 REQ-3a: above the well-known ports. */
const PORTS = { first: 1024, last: 65_535 };

/** Who has which address, before any is checked against another. */
export function claimRouter(name: string, file: RouterFile, book: AddressBook, path: Path): void {
  for (const [own, { ip }] of Object.entries(file.interfaces))
    for (const { address } of ip) book.claim(address, 1, name, [...path, 'interfaces', own, 'ip']);
  for (const address of file.nat?.addresses ?? [])
    book.claim(address, 1, name, [...path, 'nat', 'addresses']);
}

/** One router of the file, checked. */
export class RouterBuilder {
  readonly #findings: Findings;
  readonly #file: RouterFile;
  readonly #path: Path;
  readonly #names: readonly string[];

  constructor(file: RouterFile, findings: Findings, path: Path) {
    this.#file = file;
    this.#findings = findings;
    this.#path = path;
    this.#names = Object.keys(file.interfaces);
  }

  build(name: string): RouterDeviceConfig {
    const { state, timeouts, alg } = this.#file;
    if (this.#names.length < 2)
      this.#findings.add(
        [...this.#path, 'interfaces'],
        `a router joins segments, and this has ${this.#names.length} interface`,
        'write two or more, such as lan and wan',
      );
    const lists = this.#lists();
    const interfaces = this.#interfaces(lists);
    const nat = this.#nat(interfaces);
    const stateful = state !== undefined && state !== false;
    if ((alg ?? []).length > 0 && !stateful && nat === undefined)
      this.#findings.addAtKey(
        this.#path,
        'alg',
        'a helper opens a door in the table of sessions, and this router keeps none',
        'write state: true or nat: too',
      );
    return {
      name,
      kind: 'router',
      count: undefined,
      interfaces,
      routes: this.#routes(interfaces),
      stateful,
      entriesMax: (typeof state === 'object' ? state.entries : undefined) ?? ENTRIES_MAX,
      timeouts: {
        udpUs: this.#timeout('udp', timeouts?.udp),
        icmpUs: this.#timeout('icmp', timeouts?.icmp),
        establishedUs: this.#timeout('established', timeouts?.established),
        transitoryUs: this.#timeout('transitory', timeouts?.transitory),
      },
      nat,
      helpers: alg ?? [],
    };
  }

  #timeout(key: keyof typeof TIMEOUTS, given: number | undefined): number {
    if (given === 0)
      this.#findings.add([...this.#path, 'timeouts', key], 'no entry would live', 'write 1s or more');
    return given ?? TIMEOUTS[key];
  }

  #lists(): ReadonlyMap<string, AccessList> {
    const lists = new Map<string, AccessList>();
    for (const [name, texts] of Object.entries(this.#file.lists ?? {})) {
      const kind = listKind(name);
      const lines = texts.flatMap((text, index) => {
        const line = parseAccessLine(text, (index + 1) * 10, kind);
        if (line === undefined) return [];
        if (!('message' in line)) return [line];
        const at = [...this.#path, 'lists', name, index];
        this.#findings.addInside(at, line.offset, line.message, line.hint);
        return [];
      });
      lists.set(name, { name, lines });
    }
    return lists;
  }

  #interfaces(lists: ReadonlyMap<string, AccessList>): RouterInterfaceConfig[] {
    const used = new Set<string>();
    const interfaces = Object.entries(this.#file.interfaces).map(([name, file]) => {
      const path = [...this.#path, 'interfaces', name];
      this.#findings.segment(file.on, [...path, 'on']);
      const listOf = (key: 'in' | 'out'): AccessList | undefined => {
        const wanted = file[key];
        if (wanted === undefined) return undefined;
        used.add(wanted);
        const list = lists.get(wanted);
        if (list === undefined)
          this.#findings.add(
            [...path, key],
            `${quote(wanted)} is no list of this router`,
            didYouMean(wanted, lists.keys(), 'its lists are'),
          );
        return list;
      };
      const addresses = file.ip.map((text) => interfaceAddress(text, undefined));
      return { name, on: file.on, addresses, inbound: listOf('in'), outbound: listOf('out') };
    });
    for (const name of lists.keys())
      if (!used.has(name))
        this.#findings.addAtKey(
          [...this.#path, 'lists'],
          name,
          'no interface has this list, so it decides nothing',
          'write it as in: or out: of an interface, or take it away',
        );
    return interfaces;
  }

  #routes(interfaces: readonly RouterInterfaceConfig[]): RouterDeviceConfig['routes'] {
    return (this.#file.routes ?? []).flatMap(({ to, via }, index) => {
      const found = interfaces.findIndex(({ addresses }) => addresses.some((own) => isNear(own, via)));
      if (found >= 0) return [{ to, via: found, nextHop: via }];
      this.#findings.add(
        [...this.#path, 'routes', index, 'via'],
        `${formatIp(via)} is on no segment of this router`,
        `write the address of a router on one of its segments, by which ${formatPrefix(to)} is reached`,
      );
      return [];
    });
  }

  #nat(interfaces: readonly RouterInterfaceConfig[]): NatConfig | undefined {
    const { nat } = this.#file;
    if (nat === undefined) return undefined;
    const path = [...this.#path, 'nat'];
    const outside = this.#names.indexOf(nat.outside);
    if (outside < 0)
      this.#findings.add(
        [...path, 'outside'],
        `${quote(nat.outside)} is no interface of this router`,
        didYouMean(nat.outside, this.#names, 'they are'),
      );
    const own = (interfaces[outside]?.addresses ?? []).flatMap(({ address }) =>
      isIpv4(address) ? [address] : [],
    );
    const pool = nat.addresses ?? own.slice(0, 1);
    if (pool.length === 0 && outside >= 0)
      this.#findings.add(path, 'NAT is of IPv4, and the outside has no such address', 'write addresses:');
    return {
      outside: Math.max(outside, 0),
      pool,
      ports: this.#ports(nat.ports, [...path, 'ports']),
      filter: nat.filter ?? 'address',
      hairpin: nat.hairpin ?? true,
      forwards: this.#forwards(nat.forward ?? [], [...pool, ...own], [...path, 'forward']),
    };
  }

  #ports(text: string | undefined, path: Path): NatConfig['ports'] {
    if (text === undefined) return PORTS;
    const parts = /^(\d{1,5})-(\d{1,5})$/.exec(text);
    const [first, last] = [Number(parts?.[1]), Number(parts?.[2])];
    if (parts !== null && first >= 1 && first <= last && last <= 65_535) return { first, last };
    this.#findings.add(
      path,
      `${quote(text)} is no range of ports`,
      'write two from 1 to 65535, such as 40000-40099',
    );
    return PORTS;
  }

  #forwards(texts: readonly string[], outer: readonly Ipv4[], path: Path): NatConfig['forwards'] {
    const seen = new Set<string>();
    return texts.flatMap((text, index) => {
      const at = [...path, index];
      const parts = /^(udp|tcp) (\S+) to (\S+)$/.exec(text);
      const from = endpointOf(parts?.[2]);
      const to = endpointOf(parts?.[3]);
      if (parts === null || from === undefined || to === undefined) {
        const hint =
          'write udp or tcp and two addresses with ports, such as "tcp 203.0.113.1:21 to 10.8.0.21:21"';
        this.#findings.add(at, `${quote(text)} forwards nothing`, hint);
        return [];
      }
      const key = `${parts[1]} ${parts[2]}`;
      if (seen.has(key)) this.#findings.add(at, `${key} is forwarded twice`, 'keep one of the two');
      seen.add(key);
      if (!outer.includes(from.address))
        this.#findings.add(
          at,
          `${formatIpv4(from.address)} is no outer address of this router`,
          `write one of ${outer.map(formatIpv4).join(', ')}`,
        );
      return [{ protocol: parts[1] as 'udp' | 'tcp', outer: from, inner: to }];
    });
  }
}

function endpointOf(text: string | undefined): (Endpoint & { readonly address: Ipv4 }) | undefined {
  const parts = /^([\d.]+):(\d{1,5})$/.exec(text ?? '');
  const address = parseIpv4(parts?.[1] ?? '');
  const port = Number(parts?.[2]);
  return address === undefined || port < 1 || port > 65_535 ? undefined : { address, port };
}

function isNear(own: RouterInterfaceConfig['addresses'][number], to: Ip): boolean {
  const prefix = { address: maskIp(own.address, own.prefixLength), length: own.prefixLength };
  return own.address !== to && prefixContains(prefix, to);
}
