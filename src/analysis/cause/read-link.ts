import { ipv4At, isIpv4 } from '../../core/address.ts';
import { u16At } from '../../core/bytes.ts';
import { SERVER_PORT } from '../../codec/dhcp/codes.ts';
import { MacMessage, MacType } from '../../codec/docsis/mac-message.ts';
import { TFTP_PORT } from '../../codec/tftp/packet.ts';
import { TOD_PORT } from '../../codec/tod.ts';
import type { FrameBody } from '../../core/driver.ts';
import type { Observed } from './observed.ts';
import type { Asked } from './peer.ts';
import type { Datagram, Sighting } from './sighting.ts';
import { markOf } from './track.ts';

const message = new MacMessage();

/** Ranging and registration. Throws `DecodeError`. */
export function readMacMessage(seen: Observed, sighting: Sighting, octets: Uint8Array, number: number): void {
  message.decode(octets);
  const { type } = message;
  const isAnswer =
    type === MacType.rangingResponse ||
    type === MacType.registrationResponse ||
    type === MacType.registrationResponseMp;
  const boot = seen.boot(isAnswer ? message.destination : message.source);
  if (boot === undefined) return;
  boot.isModem = true;
  const arrived = sighting.fate === 'delivered' && sighting.receiver !== undefined;
  const how = { number, arrived };
  switch (type) {
    case MacType.rangingRequest:
      // SID 0: a newcomer's, or one that begins anew.
      if (message.sid === 0) {
        boot.begin();
        boot.ranging.sends(sighting.sentAt);
      }
      return boot.note('ranging', sighting, how);
    case MacType.rangingResponse:
      if (arrived) boot.ranging.isAnswered();
      return boot.note('ranging-answer', sighting, how);
    case MacType.registrationRequest:
    case MacType.registrationRequestMp:
      return boot.note('register', sighting, how);
    case MacType.registrationResponse:
    case MacType.registrationResponseMp:
      boot.registration = message.code;
      return boot.note('register-answer', sighting, how);
    case MacType.registrationAck:
      if (message.code === 0 && boot.registration === 0) boot.serve();
      return;
    default:
  }
}

/** Time of Day, RFC 868: an empty datagram to port 37, and what comes from there. */
export function readTime(seen: Observed, sighting: Sighting, body: Datagram, number: number): void {
  const { from, to } = body;
  const asks = to.port === TOD_PORT;
  const arrived = seen.arrives(sighting, to.address);
  const boot = asks ? seen.bootAt(from.address, sighting.sender) : seen.holder(to.address);
  boot?.note(asks ? 'time-request' : 'time', sighting, { number, arrived });
  if (asks) seen.peer('tod', to.address)?.asks(sighting, { number, arrived });
  else if (!sighting.sender.forwards) seen.peerAt('tod', from.address)?.answers(sighting);
}

export function readArp(
  seen: Observed,
  sighting: Sighting,
  body: Extract<FrameBody, { kind: 'arp' }>,
  number: number,
): void {
  if (body.operation === 'reply') seen.finds(body.senderIp);
  else seen.looksFor(body.targetIp, sighting.sender.name, markOf(sighting, number));
}

const SERVICES: ReadonlyMap<number, Asked> = new Map([
  [SERVER_PORT, 'dhcp'],
  [TFTP_PORT, 'tftp'],
  [TOD_PORT, 'tod'],
]);
const UNREACHABLE = 3;
/** Type, code, four unused octets; then the IPv4 header that could not be delivered: RFC 792. */
const QUOTED_AT = 8;

/** An ICMP error names the service that could not be reached by the datagram in it. IPv4 only: so are DHCP and TFTP here. */
export function readIcmp(
  seen: Observed,
  sighting: Sighting,
  body: Extract<FrameBody, { kind: 'icmp' }>,
  number: number,
): void {
  const { octets } = body;
  if (!isIpv4(body.from) || octets[0] !== UNREACHABLE || octets.length < QUOTED_AT + 24) return;
  const headerOctets = ((octets[QUOTED_AT] ?? 0) & 15) * 4;
  const portAt = QUOTED_AT + headerOctets + 2;
  if (headerOctets < 20 || octets.length < portAt + 2) return;
  const service = SERVICES.get(u16At(octets, portAt));
  const peer = service && seen.peerAt(service, ipv4At(octets, QUOTED_AT + 16));
  if (peer === undefined) return;
  peer.refused++;
  peer.firstRefused ??= markOf(sighting, number);
}
