import { randomInt } from 'node:crypto';
import type { Ipv4, Mac } from '../../core/address.ts';
import { ANY, BROADCAST, formatIp, toMac } from '../../core/address.ts';
import { DecodeError, EnvironmentError } from '../../core/errors.ts';
import { BROADCAST_FLAG, CLIENT_PORT, MessageType, Op, Option, SERVER_PORT } from '../../codec/dhcp/codes.ts';
import { decodeMessage } from '../../codec/dhcp/message.ts';
import { DhcpWriter } from '../../codec/dhcp/writer.ts';
import { interfaceNamed, interfaceRisen } from './system.ts';
import { UdpSocket } from './udp.ts';

/** A locally administered address under which nobody is known: 02 and "headn". */
const PROBE_MAC: Mac = toMac(0x02_68_65_61_64_6e);
/** Servers that ask by ping first (RFC 2131 §2.2) wait up to a second before they offer. */
const LISTEN_MS = 2_000;
/** RFC 2131 §4.1 asks for a random `xid`. */
const XID_END = 2 ** 32;

/**
 * Which DHCP servers answer on an interface: a DISCOVER is broadcast and offers are listened for. Nothing is taken: the
 * offers are left to run out. Throws `EnvironmentError` where port 68 cannot be had.
 */
export async function otherDhcpServers(
  interfaceName: string,
  listenMs = LISTEN_MS,
): Promise<readonly Ipv4[]> {
  await interfaceRisen(interfaceName);
  const { address } = interfaceNamed(interfaceName);
  const servers = new Set<Ipv4>();
  const xid = randomInt(XID_END);
  const ear = new UdpSocket(
    { address: ANY, port: CLIENT_PORT, shared: true },
    {
      datagram: (octets) => {
        const server = offerOf(octets, xid);
        if (server !== undefined) servers.add(server);
      },
      refused: () => {},
    },
  );
  try {
    // From the interface's own address, so that the broadcast leaves by that interface.
    const mouth = new UdpSocket(
      { address, port: CLIENT_PORT, shared: true, broadcast: true },
      { datagram: () => {}, refused: () => {} },
    );
    try {
      await discover(mouth, xid, interfaceName);
      await new Promise<void>((resolve) => {
        setTimeout(resolve, listenMs);
      });
    } finally {
      mouth.close();
    }
  } finally {
    ear.close();
  }
  return [...servers];
}

function discover(mouth: UdpSocket, xid: number, interfaceName: string): Promise<void> {
  const writer = new DhcpWriter().start(Op.request);
  writer.mac(PROBE_MAC);
  writer.xid = xid;
  writer.flags = BROADCAST_FLAG;
  writer.u8(Option.messageType, MessageType.discover);
  writer.finish();
  return new Promise((resolve, reject) => {
    mouth.trySend(writer.written(), { address: BROADCAST, port: SERVER_PORT }, (code) => {
      if (code === undefined) resolve();
      else
        reject(
          new EnvironmentError(
            `cannot broadcast on ${interfaceName}: ${code}`,
            `see that the interface is up; ip route add 255.255.255.255 dev ${interfaceName} gives the broadcast a way`,
          ),
        );
    });
  });
}

/** The server of an offer to us. */
function offerOf(octets: Uint8Array, xid: number): Ipv4 | undefined {
  try {
    const message = decodeMessage(octets);
    if (message.op !== Op.reply || message.xid !== xid || message.chaddrMac !== PROBE_MAC) return undefined;
    if (message.messageType !== MessageType.offer) return undefined;
    return message.ip(Option.serverIdentifier);
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
