import { formatIp, formatPrefix, isIpv4, prefixContains, type Ip } from '../../core/address.ts';
import { nearest } from '../../core/text.ts';
import type { Facts, InterfaceFacts, RouteFacts, Wanted } from './facts.ts';
import { fail, note, pass, warn, type Finding } from './finding.ts';

/** RFC 3704 §2.2: strict reverse path filtering. */
const STRICT = 1;

/** Interfaces, the addresses of the file, ways to relays and clients, and who else answers DHCP. */
export function judgeNetwork(facts: Facts): readonly Finding[] {
  const { wanted } = facts;
  return [
    ...(wanted.interfaces.length > 1 ? [several(wanted.interfaces)] : []),
    ...wanted.interfaces.map((name) => named(name, facts)),
    ...(wanted.interfaces.length === 0 ? [unnamed(facts)] : []),
    ...(wanted.trunks ?? []).map((name) => trunk(name, facts)),
    ...addresses(facts),
    ...facts.routes.flatMap((route) => wayOf(route, facts)),
    ...otherServers(facts),
  ];
}

function several(names: readonly string[]): Finding {
  const [first = '', ...others] = names;
  return fail('interfaces', {
    says: `--interface was given ${names.length} times: ${names.join(', ')}`,
    why: 'node:dgram does not tell by which interface a broadcast came, so one process answers one',
    cure: `one serve each: keep --interface ${first} here, and start headend serve FILE --interface ${others[0]} --state OTHER beside it`,
  });
}

/** The interface by which a cable goes on. */
function trunk(name: string, facts: Facts): Finding {
  const own = facts.interfaces.find((one) => one.name === name);
  if (own?.isUp !== true || own.hasCarrier === false) return named(name, facts);
  if (!own.addresses.some(({ address }) => isIpv4(address)))
    return fail('interface', {
      says: `${name} has no IPv4 address`,
      why: 'a cable goes on in another headend between two addresses of one network',
      cure: `ip address add 192.0.2.1/24 dev ${name}, and the next address at the other end`,
    });
  return pass('interface', `${name} is up for a cable to another headend: ${addressList(own)}`);
}

function named(name: string, { interfaces, wanted }: Facts): Finding {
  const own = interfaces.find((one) => one.name === name);
  const label = 'interface';
  if (own === undefined) {
    const names = interfaces.map((one) => one.name);
    const near = nearest(name, names);
    return fail(label, {
      says: `there is no interface ${name}`,
      why: 'serve has nowhere to hear broadcasts',
      cure: near === undefined ? `name one of ${names.join(', ')}` : `did you mean ${near}?`,
    });
  }
  if (!own.isUp)
    return fail(label, {
      says: `${name} is down`,
      why: 'nothing is received or sent there',
      cure: `ip link set ${name} up`,
    });
  if (own.hasCarrier === false)
    return warn(label, {
      says: `${name} is up, and nothing is at the other end of its cable`,
      why: 'no client can ask; serve waits three seconds for it and gives up',
      cure: 'plug it in, or bring the other end up (of a veth pair: ip link set PEER up)',
    });
  const own4 = own.addresses.find(({ address }) => isIpv4(address));
  if (own4 === undefined)
    return fail(label, {
      says: `${name} has no IPv4 address`,
      why: 'a DHCP server answers from an address of its own',
      cure: `ip address add ${suggestion(wanted)} dev ${name}`,
    });
  return subnetOf(own, wanted) ?? pass(label, `${name} is up: ${addressList(own)}`);
}

/** Clients that broadcast get an address of the subnet that the server's own address is in (RFC 2131 §4.3.1). */
function subnetOf(own: InterfaceFacts, { subnets }: Wanted): Finding | undefined {
  if (subnets.length === 0) return undefined;
  if (subnets.some(({ subnet }) => own.addresses.some(({ address }) => prefixContains(subnet, address))))
    return undefined;
  // A file whose subnets all have relays may need no broadcast at all.
  const worse = subnets.some(({ relays }) => relays.length === 0) ? fail : warn;
  return worse('interface', {
    says: `${own.name} has ${addressList(own)}, which is in no subnet of the file (${subnets
      .slice(0, 4)
      .map(({ subnet }) => formatPrefix(subnet))
      .join(', ')})`,
    why: 'a client on its wire that broadcasts would get no answer: its subnet is that of the interface',
    cure: `give ${own.name} an address of the subnet, or the file a subnet of the wire`,
  });
}

function unnamed({ interfaces, wanted }: Facts): Finding {
  const list = interfaces
    .filter(({ isUp }) => isUp)
    .map((own) => `${own.name} (${addressList(own)})`)
    .join(', ');
  const hasReal = interfaces.some((own) => own.isUp && !own.isLoopback && own.addresses.length > 0);
  if (!hasReal)
    return warn('interfaces', {
      says: list === '' ? 'none is up' : list,
      why: 'serve reaches other machines only by an interface with an address; run needs none',
      cure: 'ip link set NAME up; ip address add ADDRESS/LENGTH dev NAME',
    });
  if (wanted.hasFile && !wanted.isReachable)
    return note(
      'interfaces',
      list,
      'without --interface or --listen, serve answers on loopback only',
      'headend doctor FILE --interface NAME looks at what serving the wire needs',
    );
  return pass('interfaces', list);
}

function addresses({ interfaces, wanted, binds }: Facts): readonly Finding[] {
  const absent = new Set<Ip>(
    binds.filter(({ refusal }) => refusal === 'EADDRNOTAVAIL').map(({ endpoint }) => endpoint.address),
  );
  return wanted.addresses.flatMap(({ host, address, prefixLength }): Finding[] => {
    if (absent.has(address))
      return [
        fail('address', {
          says: `${formatIp(address)} (${host}) is not an address of this machine`,
          why: 'serve binds the addresses of the file when --interface is given, and those of --listen',
          cure:
            `ip address add ${formatIp(address)}/${prefixLength ?? (isIpv4(address) ? 24 : 64)} ` +
            `dev ${wanted.interfaces[0] ?? 'NAME'}, or name addresses that are here with --listen`,
        }),
      ];
    const there = interfaces.flatMap((own) => own.addresses).find((own) => own.address === address);
    if (there === undefined || prefixLength === undefined || there.prefixLength === prefixLength) return [];
    return [
      warn('address', {
        says: `${formatIp(address)} is /${there.prefixLength} on this machine and /${prefixLength} in the file`,
        why: 'the kernel and the server would disagree on who is on the wire',
        cure: 'make them equal: ip address del, ip address add, or the file',
      }),
    ];
  });
}

function wayOf(route: RouteFacts, { interfaces, wanted }: Facts): readonly Finding[] {
  const to = formatIp(route.to);
  const what =
    route.purpose === 'relay' ? `relay ${to}` : route.purpose === 'clients' ? `clients such as ${to}` : 'all';
  if (route.refusal !== undefined) {
    if (route.purpose === 'broadcast')
      return [
        warn('route', {
          says: `255.255.255.255 is unreachable from ${route.at}: ${route.refusal}`,
          why: "answers to clients without an address go to the subnet's own broadcast, which some ignore",
          cure: `ip route add 255.255.255.255 dev ${route.at}`,
        }),
      ];
    const behind = wanted.subnets.find(({ at }) => at === route.at)?.behind;
    if (behind !== undefined)
      return route.purpose === 'clients'
        ? []
        : [
            note(
              'route',
              `no way to the ${what}, which is ${behind} of the file`,
              'this serve does not run it: a way is needed only where another machine does',
              `ip route add ${networkOf(route, wanted)} via ROUTER dev NAME, or relay-source: uplink in the file`,
            ),
          ];
    return [
      (route.purpose === 'relay' ? fail : warn)('route', {
        says: `no way to the ${what} of ${route.at}: ${route.refusal}`,
        why: 'what it asks may come in, and the answers go nowhere',
        cure: `ip route add ${networkOf(route, wanted)} via ROUTER dev NAME`,
      }),
    ];
  }
  const way = interfaces.find((own) => own.addresses.some(({ address }) => address === route.source));
  const asked = interfaces.find((own) => own.name === wanted.interfaces[0]);
  const isAside = asked !== undefined && way !== undefined && way !== asked && !way.isLoopback;
  if (!isAside || asked.reversePathFilter !== STRICT) return [];
  return [
    warn('rp_filter', {
      says: `${asked.name} filters by reverse path, and the way to ${what} of ${route.at} is ${way.name}`,
      why: `what they send in by ${asked.name} is dropped by the kernel without a word (RFC 3704 §2.2)`,
      cure: `sysctl -w net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.${asked.name}.rp_filter=2, or route them by ${asked.name}`,
    }),
  ];
}

function networkOf({ at, to }: RouteFacts, { subnets }: Wanted): string {
  const own = subnets.find((one) => one.at === at)?.subnet;
  return own !== undefined && prefixContains(own, to) ? formatPrefix(own) : formatIp(to);
}

function otherServers({ otherServers: others, interfaces, state }: Facts): readonly Finding[] {
  if (others === undefined) return [];
  const label = 'other DHCP';
  if (others.kind === 'not-asked')
    return [note(label, `could not ask on ${others.on}: ${others.reason}`, '', others.cure)];
  const isOwn = (server: Ip): boolean =>
    state?.owner !== undefined &&
    interfaces.some((own) => own.addresses.some(({ address }) => address === server));
  const foreign = others.servers.filter((server) => !isOwn(server));
  if (foreign.length === 0) return [pass(label, `nobody else offers addresses on ${others.on}`)];
  return [
    warn(label, {
      says: `on ${others.on} addresses are offered by ${foreign.map(formatIp).join(', ')}`,
      why: 'clients take the first offer that comes; two servers may give one address to two of them',
      cure: `find it by its hardware address (ip neigh show ${foreign.map(formatIp)[0]}) and switch it off; serve --polite refuses to start beside it`,
    }),
  ];
}

function addressList({ addresses: list }: InterfaceFacts): string {
  const texts = list.map(({ address, prefixLength }) => `${formatIp(address)}/${prefixLength}`);
  return texts.length === 0 ? 'no address' : texts.join(', ');
}

function suggestion({ addresses: list }: Wanted): string {
  const own = list.find(({ address }) => isIpv4(address));
  return own === undefined ? '10.50.0.1/24' : `${formatIp(own.address)}/${own.prefixLength ?? 24}`;
}
