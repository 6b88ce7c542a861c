import { macAt, writeMac } from '../../core/address.ts';
import type { Mac } from '../../core/address.ts';
import { int32At, u16At, Writer } from '../../core/bytes.ts';
import { DecodeError } from '../../core/errors.ts';

/** MAC management message types (DOCSIS MULPI). */
export const MacType = {
  rangingRequest: 4,
  rangingResponse: 5,
  registrationRequest: 6,
  registrationResponse: 7,
  registrationAck: 14,
  status: 41,
  registrationRequestMp: 44,
  registrationResponseMp: 45,
} as const;

/** TLV 5 of a RNG-RSP. */
export const RangingStatus = { continue: 1, abort: 2, success: 3 } as const;

/** Events of a CM-STATUS: the supply failed and the modem lives on what is left. */
export const StatusEvent = { onBattery: 9 } as const;

/** Response of a REG-RSP and confirmation of a REG-ACK (MULPI annex C). */
export const RegistrationCode = {
  okay: 0,
  other: 1,
  unrecognizedSetting: 2,
  temporary: 3,
  permanent: 4,
  authenticationFailure: 11,
  duplicateReference: 18,
} as const;

/** MAC header 6, addresses 12, message length 2, DSAP, SSAP and control 3, version, type and reserved 3. */
const HEADER_OCTETS = 26;
const CRC_OCTETS = 4;
/** Where the destination address begins: LEN and the CRC count from here. */
const BODY_AT = 6;
/** Where DSAP begins: the message's own length counts from here to the CRC. */
const MESSAGE_AT = 20;
/** FC_TYPE 11 (MAC specific), FC_PARM 00001 (management), no extended header. */
const FRAME_CONTROL = 0xc2;

/** The largest that one frame can be: an Ethernet frame of 1518 octets behind the MAC header. */
export const MAC_MESSAGE_OCTETS_MAX = BODY_AT + 1518;

/** Octets in front of the TLVs: all of a message up to them, and the CRC behind them. */
export function overheadOctets(fixedOctets: number): number {
  return HEADER_OCTETS + fixedOctets + CRC_OCTETS;
}

/** Octets between header and TLVs by type: SID 2 and what the message adds. */
function fixedOctetsOf(type: number): number | undefined {
  switch (type) {
    case MacType.registrationRequest:
      return 2;
    case MacType.rangingResponse:
    case MacType.registrationResponse:
    case MacType.registrationAck:
    case MacType.status:
      return 3;
    case MacType.rangingRequest:
    case MacType.registrationRequestMp:
      return 4;
    case MacType.registrationResponseMp:
      return 5;
    default:
      return undefined;
  }
}

/** A view of one DOCSIS MAC management message, reusable by `decode`; valid as long as the octets are. */
export class MacMessage {
  octets: Uint8Array = EMPTY;
  /** The TLVs, or for a type not known here the whole payload, are [`tlvsAt`, `end`). */
  tlvsAt = 0;
  end = 0;

  /** Checks both check sequences and all lengths. */
  decode(octets: Uint8Array): this {
    const length = octets.length;
    if (length < HEADER_OCTETS + CRC_OCTETS) throw new DecodeError('truncated', 'MAC message', length);
    if (octets[0] !== FRAME_CONTROL) throw new DecodeError('unsupported', 'FC', 0);
    if (u16At(octets, 2) !== length - BODY_AT) throw new DecodeError('malformed', 'LEN', 2);
    if (headerCheck(octets, 0) !== u16At(octets, 4)) throw new DecodeError('malformed', 'HCS', 4);
    const end = length - CRC_OCTETS;
    if (u16At(octets, 18) !== end - MESSAGE_AT) throw new DecodeError('malformed', 'message length', 18);
    if (frameCheck(octets, BODY_AT, end) !== int32At(octets, end))
      throw new DecodeError('malformed', 'CRC', end);
    const tlvsAt = HEADER_OCTETS + (fixedOctetsOf(octets[24] ?? 0) ?? 0);
    if (tlvsAt > end) throw new DecodeError('truncated', 'MAC message', end);
    this.octets = octets;
    this.tlvsAt = tlvsAt;
    this.end = end;
    return this;
  }

  get destination(): Mac {
    return macAt(this.octets, 6);
  }

  get source(): Mac {
    return macAt(this.octets, 12);
  }

  get version(): number {
    return this.octets[23] ?? 0;
  }

  get type(): number {
    return this.octets[24] ?? 0;
  }

  /** First of every message named here; of a CM-STATUS its transaction. */
  get sid(): number {
    return u16At(this.octets, 26);
  }

  /** RNG-REQ: downstream channel; RNG-RSP: upstream channel. */
  get channel(): number {
    return this.octets[28] ?? 0;
  }

  /** REG-RSP, REG-RSP-MP: response; REG-ACK: confirmation code; CM-STATUS: event. */
  get code(): number {
    return this.octets[28] ?? 0;
  }

  /** REG-REQ-MP and REG-RSP-MP: how many parts the message has. */
  get fragments(): number {
    return this.octets[this.tlvsAt - 2] ?? 0;
  }

  /** REG-REQ-MP and REG-RSP-MP: which part this is, from 1. */
  get fragment(): number {
    return this.octets[this.tlvsAt - 1] ?? 0;
  }
}

const EMPTY = new Uint8Array(0);

/** A view of one message; one that is used again and again is made by `new MacMessage()`. */
export function decodeMacMessage(octets: Uint8Array): MacMessage {
  return new MacMessage().decode(octets);
}

/** Starts a message in a scratch writer: the header with its length to come. What follows is SID, fixed fields, TLVs. */
export function beginMacMessage(writer: Writer, to: Mac, from: Mac, type: number): void {
  writer.reset();
  writer.u8(FRAME_CONTROL);
  writer.u8(0); // MAC_PARM
  writer.u32(0); // LEN and HCS, by `endMacMessage`
  writer.fill(12, 0);
  writeMac(writer.octets, 6, to);
  writeMac(writer.octets, 12, from);
  writer.u16(0);
  writer.u16(0); // DSAP, SSAP: null
  writer.u8(3); // control: unnumbered information
  writer.u8(versionOf(type));
  writer.u8(type);
  writer.u8(0); // reserved
}

/** DOCSIS MULPI: the version of the specification in which a message took its form. */
function versionOf(type: number): number {
  if (type === MacType.registrationAck) return 2;
  return type >= MacType.status ? 4 : 1;
}

/** Puts in the lengths and both check sequences; gives the length of the whole message. */
export function endMacMessage(writer: Writer): number {
  const end = writer.offset;
  const { octets } = writer;
  writer.patchU16(2, end + CRC_OCTETS - BODY_AT);
  writer.patchU16(18, end - MESSAGE_AT);
  writer.patchU16(4, headerCheck(octets, 0));
  writer.u32(frameCheck(octets, BODY_AT, end));
  return writer.offset;
}

/** The Ethernet frame in a message, from its addresses on and without check sequence; a view. */
export function ethernetOfMacMessage(octets: Uint8Array): Uint8Array {
  if (octets.length < HEADER_OCTETS + CRC_OCTETS)
    throw new DecodeError('truncated', 'MAC message', octets.length);
  return octets.subarray(BODY_AT, octets.length - CRC_OCTETS);
}

/** Whether an Ethernet frame is a message: a length where others have a type, then DSAP, SSAP and control. */
export function isMacMessageFrame(frame: Uint8Array): boolean {
  return (
    frame.length >= HEADER_OCTETS - BODY_AT &&
    u16At(frame, 12) === frame.length - (MESSAGE_AT - BODY_AT) &&
    u16At(frame, 14) === 0 &&
    frame[16] === 3
  );
}

/** The message that an Ethernet frame is: with a MAC header and both check sequences, in octets of its own. */
export function macMessageOfEthernet(frame: Uint8Array): Uint8Array {
  if (!isMacMessageFrame(frame))
    throw new DecodeError('malformed', 'MAC message', Math.min(12, frame.length));
  if (frame.length > MAC_MESSAGE_OCTETS_MAX - BODY_AT - CRC_OCTETS)
    throw new DecodeError('malformed', 'MAC message', MAC_MESSAGE_OCTETS_MAX);
  const writer = new Writer(new Uint8Array(BODY_AT + frame.length + CRC_OCTETS));
  writer.u8(FRAME_CONTROL);
  writer.u8(0); // MAC_PARM
  writer.u32(0); // LEN and HCS, by `endMacMessage`
  writer.bytes(frame);
  endMacMessage(writer);
  return writer.octets;
}

/** The HCS over FC, MAC_PARM and LEN: CRC-CCITT as HDLC takes it, low octet first (DOCSIS MULPI). */
function headerCheck(octets: Uint8Array, at: number): number {
  let crc = 0xffff;
  for (let index = at; index < at + 4; index++)
    crc = (crc >>> 8) ^ (CRC16[(crc ^ (octets[index] ?? 0)) & 255] ?? 0);
  crc = ~crc & 0xffff;
  return ((crc & 255) << 8) | (crc >>> 8);
}

/** Ethernet's CRC-32 over addresses and message, as a signed number of the octets on the wire. */
function frameCheck(octets: Uint8Array, from: number, to: number): number {
  let crc = -1;
  for (let index = from; index < to; index++)
    crc = (crc >>> 8) ^ (CRC32[(crc ^ (octets[index] ?? 0)) & 255] ?? 0);
  crc = ~crc;
  return ((crc & 255) << 24) | ((crc & 0xff00) << 8) | ((crc >>> 8) & 0xff00) | (crc >>> 24);
}

const CRC16 = crcTable(0x8408);
const CRC32 = crcTable(0xedb88320);

/** The table of a reflected CRC. */
function crcTable(polynomial: number): Int32Array {
  return Int32Array.from({ length: 256 }, (_, octet) => {
    let crc = octet;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? polynomial : 0);
    return crc;
  });
}
