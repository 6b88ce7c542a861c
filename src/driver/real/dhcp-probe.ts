import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ip, Ipv4, Mac } from '../../core/address.ts';
import { ANY, BROADCAST, compareIpv4, formatIp, isIpv4, toMac } from '../../core/address.ts';
import { DecodeError, EnvironmentError } from '../../core/errors.ts';
import { BROADCAST_FLAG, CLIENT_PORT, MessageType, Op, Option, SERVER_PORT } from '../../codec/dhcp/codes.ts';
import { decodeMessage } from '../../codec/dhcp/message.ts';
import { DhcpWriter } from '../../codec/dhcp/writer.ts';
import { interfaceNamed, interfaceRisen } from './system.ts';
import { UdpSocket } from './udp.ts';

/** A locally administered address under which nobody is known: 02 and "headn". */
const PROBE_MAC: Mac = toMac(0x02_68_65_61_64_6e);
/** Servers that ask by ping first (RFC 2131 §2.2) wait up to a second before they offer. */
const LISTEN_MS = 2_500;
/** The share of the time at which it is asked again: one DISCOVER may be lost, and so may one offer. */
const ASK_AT = [0, 0.25, 0.5];
/** Named at most: more are a fault of the network, not a list. */
const SERVERS_MAX = 16;
/** RFC 2131 §4.1 asks for a random `xid`. */
const XID_END = 2 ** 32;

/**
 * Which DHCP servers answer on an interface: a DISCOVER is broadcast, a few times, and offers are listened for until the time is
 * over, since several may answer and the slowest counts, too. Nothing is taken: the offers are left to run out. Throws
 * `EnvironmentError` where port 68 cannot be had, or where nothing can be sent.
 */
export async function otherDhcpServers(
  interfaceName: string,
  listenMs = LISTEN_MS,
): Promise<readonly Ipv4[]> {
  await interfaceRisen(interfaceName);
  const { name, address, broadcast } = interfaceNamed(interfaceName);
  const servers = new Set<Ipv4>();
  const xid = randomInt(XID_END);
  const datagram = (octets: Uint8Array, from: Ip): void => {
    const server = offerOf(octets, xid, from);
    if (server !== undefined && servers.size < SERVERS_MAX) servers.add(server);
  };
  const ear = new UdpSocket(
    { address: ANY, port: CLIENT_PORT, shared: true },
    { datagram, refused: () => {} },
  );
  try {
    // From the interface's own address, so that the broadcast leaves by that interface. Some servers answer it there.
    const mouth = new UdpSocket(
      { address, port: CLIENT_PORT, shared: true, broadcast: true },
      { datagram, refused: () => {} },
    );
    try {
      for (const [tried, share] of ASK_AT.entries()) {
        await discover(mouth, { xid, seconds: Math.round((share * listenMs) / 1_000), name, broadcast });
        await sleep(((ASK_AT[tried + 1] ?? 1) - share) * listenMs);
      }
    } finally {
      mouth.close();
    }
  } finally {
    ear.close();
  }
  return [...servers].sort(compareIpv4);
}

async function discover(
  mouth: UdpSocket,
  {
    xid,
    seconds,
    name,
    broadcast,
  }: { readonly xid: number; readonly seconds: number; readonly name: string; readonly broadcast: Ipv4 },
): Promise<void> {
  const writer = new DhcpWriter().start(Op.request);
  writer.mac(PROBE_MAC);
  writer.xid = xid;
  // Relays and second servers may wait until a client has asked for some time: RFC 2131 §2, `secs`.
  writer.secs = seconds;
  writer.flags = BROADCAST_FLAG;
  writer.u8(Option.messageType, MessageType.discover);
  writer.finish();
  const send = (to: Ipv4): Promise<string | undefined> =>
    new Promise((resolve) => {
      mouth.trySend(writer.written(), { address: to, port: SERVER_PORT }, resolve);
    });
  const code = await send(BROADCAST);
  // Without a route for 255.255.255.255 the subnet's own broadcast reaches the same hosts.
  const failed = code === 'ENETUNREACH' ? await send(broadcast) : code;
  if (failed === undefined) return;
  throw new EnvironmentError(
    `cannot broadcast on ${name}: ${failed}`,
    `see that the interface is up; ip route add 255.255.255.255 dev ${name} gives the broadcast a way`,
  );
}

/** The server of an offer to us: as it calls itself, else by where it came from. */
function offerOf(octets: Uint8Array, xid: number, from: Ip): Ipv4 | undefined {
  try {
    const message = decodeMessage(octets);
    if (message.op !== Op.reply || message.xid !== xid || message.chaddrMac !== PROBE_MAC) return undefined;
    if (message.messageType !== MessageType.offer) return undefined;
    return message.ip(Option.serverIdentifier) ?? (isIpv4(from) ? from : undefined);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

/** What to tell of servers that were found. */
export function describeServers(interfaceName: string, servers: readonly Ipv4[]): string {
  const names = servers.map(formatIp).join(', ');
  return `${servers.length === 1 ? 'another DHCP server answers' : 'other DHCP servers answer'} on ${interfaceName}: ${names}`;
}
