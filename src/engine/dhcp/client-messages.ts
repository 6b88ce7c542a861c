import type { Ipv4, Mac } from '../../core/address.ts';
import { ANY } from '../../core/address.ts';
import { equalOctets, u32At } from '../../core/bytes.ts';
import { BROADCAST_FLAG, MessageType, Op, Option } from '../../codec/dhcp/codes.ts';
import { type DhcpMessage, OPTIONS_OFFSET } from '../../codec/dhcp/message.ts';
import { writeModemClientId, writePlainClientId } from '../../codec/dhcp/option/client-id.ts';
import { DhcpWriter, MESSAGE_OCTETS_MAX } from '../../codec/dhcp/writer.ts';
import type { DhcpClientProfile } from './client-profile.ts';

/** Who sends: what does not change from message to message. */
export interface ClientIdentity {
  readonly mac: Mac;
  readonly profile: DhcpClientProfile;
  /** Option 61 in place of the profile's. */
  readonly clientId?: Uint8Array | undefined;
  /** Option 12. */
  readonly hostName?: Uint8Array | undefined;
  /** Option 43. */
  readonly vendor?: Uint8Array | undefined;
}

/** What varies, by RFC 2131 §4.4.1, table 5; `ANY` is not sent. */
export interface ClientMessageFields {
  readonly type: number;
  readonly ciaddr: Ipv4;
  readonly requested: Ipv4;
  readonly serverId: Ipv4;
}

/** One scratch for all clients: a message is sent, and so copied, before the next is written. */
const scratch = new DhcpWriter(MESSAGE_OCTETS_MAX);
const idScratch = { ethernet: new Uint8Array(7), rfc4361: new Uint8Array(15) };

/** Writes one message into a scratch that the next call reuses. */
export function writeClientMessage(
  identity: ClientIdentity,
  xid: number,
  secs: number,
  fields: ClientMessageFields,
): DhcpWriter {
  const { profile } = identity;
  const asks = fields.type === MessageType.discover || fields.type === MessageType.request;
  const writer = scratch.start(Op.request);
  writer.mac(identity.mac);
  writer.xid = xid;
  writer.secs = secs;
  // RFC 2131 §4.4.1, table 5: DECLINE and RELEASE have no flags. A client that has an address hears unicasts.
  writer.flags = asks && profile.broadcast && fields.ciaddr === ANY ? BROADCAST_FLAG : 0;
  writer.ciaddr = fields.ciaddr;
  writer.u8(Option.messageType, fields.type);
  writeClientId(writer, identity);
  if (fields.requested !== ANY) writer.ip(Option.requestedAddress, fields.requested);
  if (fields.serverId !== ANY) writer.ip(Option.serverIdentifier, fields.serverId);
  if (asks) {
    if (identity.hostName !== undefined) writer.option(Option.hostName, identity.hostName);
    for (const { code, octets } of profile.options) writer.option(code, octets);
    if (identity.vendor !== undefined) writer.option(Option.vendorEncapsulated, identity.vendor);
    // RFC 2131 §4.3.2: the list of the DISCOVER is in all messages that follow.
    writer.option(Option.parameterRequestList, profile.parameters);
  }
  writer.finish();
  return writer;
}

/** RFC 2131 §4.3.2: the same identifier in all messages. */
function writeClientId(writer: DhcpWriter, identity: ClientIdentity): void {
  const clientId = clientIdOf(identity);
  if (clientId !== undefined) writer.option(Option.clientIdentifier, clientId);
}

/** Option 61 as we send it, good until the next call; undefined when we send none. */
function clientIdOf({ clientId, mac, profile }: ClientIdentity): Uint8Array | undefined {
  if (clientId !== undefined) return clientId;
  switch (profile.clientId) {
    case 'ethernet':
      writePlainClientId(idScratch.ethernet, mac);
      return idScratch.ethernet;
    case 'rfc4361':
      writeModemClientId(idScratch.rfc4361, mac);
      return idScratch.rfc4361;
    default:
      return undefined;
  }
}

/**
 * Whether a datagram of port 68 is no reply to the message `xid`. The modems of a whole segment hear each other's broadcasts:
 * most are turned away by this, undecoded.
 */
export function isForAnother(octets: Uint8Array, xid: number): boolean {
  return octets.length >= OPTIONS_OFFSET && (octets[0] !== Op.reply || u32At(octets, 4) !== xid);
}

/** RFC 6842 §3: a reply with another client's identifier is not for us, whatever its chaddr. */
export function isNamed(message: DhcpMessage, identity: ClientIdentity): boolean {
  const named = message.option(Option.clientIdentifier);
  const own = named && clientIdOf(identity);
  return named === undefined || own === undefined || equalOctets(named, own);
}
