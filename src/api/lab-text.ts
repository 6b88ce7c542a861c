import {
  formatIpv4,
  formatPrefix,
  parsePrefix,
  prefixContains,
  type Ipv4,
  type Prefix,
} from '../core/address.ts';

export interface Range {
  readonly first: Ipv4;
  readonly last: Ipv4;
}

/** What a lab is made of. */
export interface Lab {
  /** The one it serves on; undefined: loopback. */
  readonly interface: string | undefined;
  readonly subnet: Prefix;
  /** The servers' address. */
  readonly ip: Ipv4;
  readonly range: Range;
  readonly router: Ipv4 | undefined;
  readonly zone: string | undefined;
  /** From the folder of the file, or absolute; undefined: one file is in the lab itself. */
  readonly tftpRoot: string | undefined;
  readonly modems: number;
}

/** A scenario file that teaches by its comments. */
export function labText(lab: Lab): string {
  const { interface: name } = lab;
  const serve = name === undefined ? 'headend serve FILE' : `headend serve FILE --interface ${name}`;
  const lines = [
    '# A lab: the servers of a small network, made by headend init. Change what you like; after each change',
    '#   headend validate FILE      says what is wrong with it, and where',
    `#   headend run FILE           tries it on a virtual clock: ${tried(lab)}`,
    `#   ${serve.padEnd(26)} answers real clients`,
    'headend: 1',
    'name: lab',
    'net:',
    '  # A segment is where all hear broadcasts of each other: one switch, one VLAN.',
    '  lan: { kind: segment, delay: 1ms }',
    ...(lab.modems === 0
      ? []
      : ['  hfc: { kind: segment, delay: 8ms, jitter: 6ms } # the cable: modems and their CMTS']),
    'services:',
    ...dhcpLines(lab),
    ...tftpLines(lab),
    ...dnsLines(lab),
    '  # Time of Day (RFC 868): cable modems ask it before they are online.',
    `  tod: { on: lan, ip: ${address(lab)} }`,
    ...deviceLines(lab),
  ];
  return `${lines.join('\n')}\n`;
}

function tried({ modems }: Lab): string {
  return modems === 0 ? 'a host gets its lease' : 'a host gets its lease, modems come online';
}

function address({ ip, subnet }: Lab): string {
  return `${formatIpv4(ip)}/${subnet.length}`;
}

function dhcpLines(lab: Lab): string[] {
  const { subnet, ip, range, router, zone, interface: name } = lab;
  const where =
    name === undefined ? 'serve --interface answers there' : `serve --interface ${name} answers there`;
  return [
    '  dhcp:',
    '    on: lan',
    `    ip: ${address(lab)} # this machine on that segment; ${where}`,
    '    # Says NAK to clients it does not know. Leave it false beside another DHCP server.',
    '    authoritative: false',
    '    subnets:',
    `      - subnet: ${formatPrefix(subnet)}`,
    `        range: ${formatIpv4(range.first)}-${formatIpv4(range.last)}`,
    '        lease: 1h # after half of it (T1) clients ask for more',
    ...(router === undefined
      ? [
          '        # router: ADDRESS  tells clients their way out (option 3); without it they stay on their segment',
        ]
      : [`        router: ${formatIpv4(router)} # option 3`]),
    ...(zone === undefined
      ? ['        # options: { domain-name-servers: [ADDRESS] }']
      : [
          '        options:',
          `          domain-name-servers: [${formatIpv4(ip)}] # ours: it knows the lab's zone and asks nobody else`,
          `          domain-name: ${zone}`,
        ]),
    '        # A client that always has the same address:',
    "        # reservations: [{ mac: '00:00:5e:00:53:01', ip: ADDRESS, hostname: NAME }]",
    ...modemSubnet(lab),
  ];
}

/** What simulated modems stand in: RFC 1918, far from where labs are; their CMTS relays. The first two octets. */
function cable({ subnet }: Lab): string {
  const [usual, other] = CABLES;
  const prefix = parsePrefix(`${usual}.0.0/16`);
  const isNear =
    prefix !== undefined &&
    (prefixContains(subnet, prefix.address) || prefixContains(prefix, subnet.address));
  return isNear ? other : usual;
}

const CABLES = ['10.254', '172.30'] as const;

function modemSubnet(lab: Lab): string[] {
  if (lab.modems === 0) return [];
  const net = cable(lab);
  return [
    '      # The simulated modems, behind the relay of their CMTS. The relay puts its own address into giaddr, and that chooses',
    '      # this subnet. A modem boots from the server in siaddr, with the file that the answer names.',
    `      - subnet: ${net}.0.0/16`,
    `        relay: ${net}.0.1`,
    `        range: ${net}.16.1-${net}.31.254`,
    '        lease: 24h',
    "        when: { vendor-class-identifier: 'docsis*' }",
    `        tftp: { server: ${formatIpv4(lab.ip)}, file: gold.cfg }`,
    `        options: { time-servers: [${formatIpv4(lab.ip)}] }`,
  ];
}

function tftpLines(lab: Lab): string[] {
  const { tftpRoot, modems } = lab;
  const lines = ['  tftp:', '    on: lan', `    ip: ${address(lab)}`];
  if (tftpRoot !== undefined)
    lines.push(`    folder: ${quoted(tftpRoot)} # all files in it, by their names, letter for letter`);
  if (tftpRoot !== undefined && modems === 0) return lines;
  lines.push('    files:');
  if (tftpRoot === undefined)
    lines.push("      hello.txt: { text: 'hello from headend' } # tftp ADDRESS -c get hello.txt");
  if (modems > 0)
    lines.push(
      "      # The modems' configuration, signed with the plant's secret: what the CMTS checks when a modem registers.",
      '      gold.cfg:',
      '        secret: lab',
      '        docsis:',
      '          - network-access: true',
      '          - max-cpe: 4',
      '          - upstream-service-flow: { reference: 1, qos-parameter-set: 7, max-rate: 20000000, max-burst: 16384 }',
      '          - downstream-service-flow: { reference: 2, qos-parameter-set: 7, max-rate: 200000000, max-burst: 65536 }',
    );
  return lines;
}

function dnsLines(lab: Lab): string[] {
  const { zone, ip } = lab;
  if (zone === undefined) return [];
  return [
    '  dns:',
    '    on: lan',
    `    ip: ${address(lab)}`,
    '    zones:',
    `      ${quoted(zone)}: # SOA and NS are made when they are not there`,
    '        records:',
    `          '@': { type: A, data: ${formatIpv4(ip)} }`,
    `          server: { type: A, data: ${formatIpv4(ip)} }`,
    '          www: { type: CNAME, data: server } # a name without a dot at its end is one of the zone',
  ];
}

function deviceLines(lab: Lab): string[] {
  const { modems, ip } = lab;
  const lines = [
    '# From here on it is for headend run: serve leaves devices and what is expected of them out.',
    'devices:',
    '  pc: { kind: host, on: lan }',
  ];
  if (modems > 0)
    lines.push(
      `  cmts: { kind: cmts, cable: hfc, uplink: lan, giaddr: ${cable(lab)}.0.1/16, helper: ${formatIpv4(ip)}, uplink-ip: ${uplink(lab)}, secret: lab }`,
      `  cm: { kind: cable-modem, count: ${modems}, on: hfc, mac: '00:10:18:00:{n:04x}' }`,
    );
  lines.push('timeline:', '  - { at: 0s, do: power-on, who: pc }');
  if (modems > 0) lines.push('  - { at: 1s, do: power-on, who: cm, spread: { over: 10s, by: even } }');
  lines.push('expect:', '  - eventually: { all: pc, state: bound, within: 30s }');
  if (modems > 0)
    lines.push(
      '  - eventually: { all: cm, state: operational, within: 5m }',
      '    why: It has ranged, has an address, the time and its file, and the CMTS has taken it.',
    );
  lines.push('  - always: leases.unique');
  return lines;
}

/** An address of the lan for the CMTS that nobody else has: the one before the range, or after it. */
function uplink({ subnet, ip, router, range }: Lab): string {
  const network = Number(subnet.address);
  const taken = new Set<number>([ip, router ?? 0]);
  const last = network + 2 ** (32 - subnet.length) - 2;
  for (let candidate = last; candidate > network; candidate--)
    if (!taken.has(candidate) && (candidate < range.first || candidate > range.last))
      return `${formatIpv4(candidate as Ipv4)}/${subnet.length}`;
  return formatIpv4(ip);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
