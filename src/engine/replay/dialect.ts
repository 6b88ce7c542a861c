import type { Endpoint } from '../../core/address.ts';
import { ANY, formatEndpoint, formatIp } from '../../core/address.ts';
import { Reader, toHex, u16At } from '../../core/bytes.ts';
import { DecodeError } from '../../core/errors.ts';
import { MessageType, Op, Option, SERVER_PORT } from '../../codec/dhcp/codes.ts';
import { encodeMessage, fieldsOf } from '../../codec/dhcp/fields.ts';
import { decodeMessage } from '../../codec/dhcp/message.ts';
import { HEADER_OCTETS } from '../../codec/dns/header.ts';
import { skipName } from '../../codec/dns/name.ts';
import { decodeOpcode, Opcode, TFTP_PORT } from '../../codec/tftp/packet.ts';

/**
 * How requests of one protocol are told apart and how a recorded answer is made to fit another request. All of it
 * throws `DecodeError` for what is no request.
 */
export interface Dialect {
  /** The same for two requests that are to get the same answer: all that matters in them but numbers that are drawn anew. */
  keyOf(request: Uint8Array): string;
  /** The same for a request and its answers in one recording; `peer` is the client's end. */
  linkOf(octets: Uint8Array, peer: Endpoint): string;
  /** The recorded answer as one to this request. */
  fit(answer: Uint8Array, request: Uint8Array): Uint8Array;
}

const DNS_PORT = 53;

/** By the server's port; what is not known is compared octet for octet and answered as it was. */
export function dialectOf(port: number): Dialect {
  if (port === SERVER_PORT) return DHCP;
  if (port === DNS_PORT) return DNS;
  return port === TFTP_PORT ? TFTP : PLAIN;
}

const PLAIN: Dialect = {
  keyOf: (request) => toHex(request),
  linkOf: (_octets, peer) => formatEndpoint(peer),
  fit: (answer) => answer,
};

/** A request by all of its octets; within a transfer by opcode and block. */
const TFTP: Dialect = {
  ...PLAIN,
  keyOf: (request) => {
    const opcode = decodeOpcode(request);
    return opcode === Opcode.rrq || opcode === Opcode.wrq ? toHex(request) : toHex(request.subarray(0, 4));
  },
};

/**
 * The client, what it asks, and the address that it asks for; not xid, secs or hops, and of the relay only whether there is
 * one, since a plant may have moved to another.
 */
const DHCP: Dialect = {
  keyOf: (request) => {
    const message = decodeMessage(request);
    if (message.op !== Op.request) throw new DecodeError('malformed', 'op', 0);
    const { messageType, ciaddr, chaddr, giaddr } = message;
    const wanted = message.ip(Option.requestedAddress) ?? ANY;
    const way = giaddr === ANY ? 'direct' : 'relayed';
    return `${messageType} ${toHex(chaddr)} ${way} ${formatIp(ciaddr)} ${formatIp(wanted)}`;
  },
  linkOf: (octets) => {
    const { xid, chaddr, giaddr } = decodeMessage(octets);
    return `${xid} ${toHex(chaddr)} ${giaddr}`;
  },
  fit: (answer, request) => {
    const asked = decodeMessage(request);
    const fields = fieldsOf(decodeMessage(answer));
    // RFC 3046 §2.2: option 82 comes back as it was sent, and only to who sent it.
    const relayAgent = asked.option(Option.relayAgent);
    const options = fields.options.filter(({ code }) => code !== Option.relayAgent);
    if (relayAgent !== undefined) options.push({ code: Option.relayAgent, octets: relayAgent });
    const isNak = fields.options.some(
      ({ code, octets }) => code === Option.messageType && octets[0] === MessageType.nak,
    );
    const { xid, giaddr, flags, htype, hlen } = asked;
    // RFC 2131 §4.3.2: a NAK through a relay has the broadcast bit, whatever the request said.
    const fitting = { xid, giaddr, flags: isNak ? fields.flags : flags, htype, hlen };
    return encodeMessage({ ...fields, ...fitting, options }, answer.length + request.length + ROOM_OCTETS);
  },
};

/** For what the fields of an answer take more when they are written anew: the fixed part, and options out of `sname` and `file`. */
const ROOM_OCTETS = 600;

const RECURSION_DESIRED = 1;
const OPCODE_BITS = 0x78;

/** RFC 1035 §4.1: the question without regard to the case of its name, opcode and RD; the ID is drawn anew. */
const DNS: Dialect = {
  keyOf: (request) => {
    const end = questionEnd(request);
    const question = request.slice(HEADER_OCTETS, end);
    for (let index = 0; index < question.length - TYPE_AND_CLASS_OCTETS; index++) {
      const octet = question[index] ?? 0;
      if (octet >= UPPER_A && octet <= UPPER_Z) question[index] = octet + LOWER;
    }
    return `${(request[2] ?? 0) & (OPCODE_BITS | RECURSION_DESIRED)} ${toHex(question)}`;
  },
  linkOf: (octets, peer) => `${formatEndpoint(peer)} ${u16At(octets, 0)}`,
  fit: (answer, request) => {
    if (answer.length < HEADER_OCTETS) throw new DecodeError('truncated', 'header', answer.length);
    const fitting = answer.slice();
    fitting.set(request.subarray(0, 2));
    // The name comes back in the case in which it was asked: some resolvers look at it.
    const end = questionEnd(request);
    if (u16At(answer, QDCOUNT) === 1 && questionEnd(answer) === end)
      fitting.set(request.subarray(HEADER_OCTETS, end), HEADER_OCTETS);
    return fitting;
  },
};

const QDCOUNT = 4;
const TYPE_AND_CLASS_OCTETS = 4;
const UPPER_A = 0x41;
const UPPER_Z = 0x5a;
const LOWER = 0x20;

function questionEnd(octets: Uint8Array): number {
  const reader = new Reader(octets);
  reader.skip(HEADER_OCTETS, 'header');
  if (u16At(octets, QDCOUNT) !== 1) throw new DecodeError('unsupported', 'QDCOUNT', QDCOUNT);
  skipName(reader, 'QNAME');
  reader.skip(TYPE_AND_CLASS_OCTETS, 'QTYPE and QCLASS');
  return reader.offset;
}
