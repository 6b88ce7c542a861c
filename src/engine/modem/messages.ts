import type { Ipv4, Mac } from '../../core/address.ts';
import { Writer } from '../../core/bytes.ts';
import type { Effects } from '../../core/service.ts';
import {
  beginMacMessage,
  endMacMessage,
  MAC_MESSAGE_OCTETS_MAX,
  MacType,
  overheadOctets,
  StatusEvent,
} from '../../codec/docsis/mac-message.ts';
import { TlvCursor } from '../../codec/docsis/tlv.ts';
import { ouiOf } from './profile.ts';

/** A modem's interface on the cable. */
const CABLE = 0;
const DOWNSTREAM_CHANNEL = 1;

/** One scratch for all modems: the sink copies a message before the next is written. */
const scratch = new Writer(new Uint8Array(MAC_MESSAGE_OCTETS_MAX));
const registration = new Writer(new Uint8Array(0x4000));
/** Octets of TLVs that one REG-REQ, or one part of a REG-REQ-MP, carries. */
const REGISTRATION_OCTETS_MAX = MAC_MESSAGE_OCTETS_MAX - overheadOctets(4);

/** Between whom. */
export interface Ends {
  readonly modem: Mac;
  readonly cmts: Mac;
}

/** RNG-REQ: SID, downstream channel, pending till complete. SID 0: the first, in contention. */
export function sendRangingRequest({ modem, cmts }: Ends, sid: number, effects: Effects): void {
  beginMacMessage(scratch, cmts, modem, MacType.rangingRequest);
  scratch.u16(sid);
  scratch.u8(DOWNSTREAM_CHANNEL);
  scratch.u8(0);
  effects.sendMacMessage(CABLE, cmts, scratch.octets, endMacMessage(scratch));
}

/** CM-STATUS: transaction, event, no TLVs. */
export function sendPowerLoss({ modem, cmts }: Ends, effects: Effects): void {
  beginMacMessage(scratch, cmts, modem, MacType.status);
  scratch.u16(1);
  scratch.u8(StatusEvent.onBattery);
  effects.sendMacMessage(CABLE, cmts, scratch.octets, endMacMessage(scratch));
}

/** REG-ACK: SID, confirmation code. */
export function sendRegistrationAck(
  { modem, cmts }: Ends,
  sid: number,
  code: number,
  effects: Effects,
): void {
  beginMacMessage(scratch, cmts, modem, MacType.registrationAck);
  scratch.u16(sid);
  scratch.u8(code);
  effects.sendMacMessage(CABLE, cmts, scratch.octets, endMacMessage(scratch));
}

/** What a modem says of itself behind the settings of its file. */
export interface RegistrationFacts {
  readonly sid: number;
  /** TLV 5. */
  readonly capabilities: Uint8Array;
  /** TLV 12. */
  readonly address: Ipv4;
  /** TLV 57: why it began anew. */
  readonly reason: number;
}

/** A REG-REQ, or a REG-REQ-MP in parts cut between TLVs when one message cannot hold all. */
export function sendRegistrationRequest(
  ends: Ends,
  settings: Uint8Array,
  facts: RegistrationFacts,
  effects: Effects,
): void {
  const tlvs = registration.reset();
  tlvs.bytes(settings);
  tlvs.u8(5);
  tlvs.u8(facts.capabilities.length);
  tlvs.bytes(facts.capabilities);
  tlvs.u8(8);
  tlvs.u8(3);
  const oui = ouiOf(ends.modem);
  tlvs.u8(oui >>> 16);
  tlvs.u16(oui & 0xffff);
  tlvs.u8(12);
  tlvs.u8(4);
  tlvs.u32(facts.address);
  tlvs.u8(57);
  tlvs.u8(1);
  tlvs.u8(facts.reason);
  if (tlvs.offset > REGISTRATION_OCTETS_MAX) return sendInParts(ends, tlvs, facts.sid, effects);
  beginMacMessage(scratch, ends.cmts, ends.modem, MacType.registrationRequest);
  scratch.u16(facts.sid);
  scratch.bytes(tlvs.octets, 0, tlvs.offset);
  effects.sendMacMessage(CABLE, ends.cmts, scratch.octets, endMacMessage(scratch));
}

function sendInParts({ modem, cmts }: Ends, tlvs: Writer, sid: number, effects: Effects): void {
  const cuts = cutBetweenTlvs(tlvs.octets, tlvs.offset);
  for (let part = 1; part < cuts.length; part++) {
    beginMacMessage(scratch, cmts, modem, MacType.registrationRequestMp);
    scratch.u16(sid);
    scratch.u8(cuts.length - 1);
    scratch.u8(part);
    scratch.bytes(tlvs.octets, cuts[part - 1] ?? 0, cuts[part] ?? 0);
    effects.sendMacMessage(CABLE, cmts, scratch.octets, endMacMessage(scratch));
  }
}

/** Where parts begin and end: 0, ..., length. */
function cutBetweenTlvs(octets: Uint8Array, length: number): readonly number[] {
  const cuts = [0];
  const cursor = new TlvCursor(octets, 0, length, 'nested');
  let from = 0;
  while (cursor.next()) {
    if (cursor.end - from <= REGISTRATION_OCTETS_MAX) continue;
    from = cursor.at;
    cuts.push(from);
  }
  cuts.push(length);
  return cuts;
}
