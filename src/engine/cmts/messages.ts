import type { Mac } from '../../core/address.ts';
import { Writer } from '../../core/bytes.ts';
import type { Effects } from '../../core/service.ts';
import {
  beginMacMessage,
  endMacMessage,
  MAC_MESSAGE_OCTETS_MAX,
  MacType,
  RangingStatus,
} from '../../codec/docsis/mac-message.ts';

/** A CMTS's interface on the cable. */
export const CABLE = 0;

const scratch = new Writer(new Uint8Array(MAC_MESSAGE_OCTETS_MAX));

/** From the CMTS to one modem. */
export interface Downward {
  readonly cmts: Mac;
  readonly modem: Mac;
  readonly sid: number;
}

/** Corrections as a modem a few kilometres away needs them: 6.25 us / 64, quarters of a dB, Hz. */
const TIMING_ADJUST = 1042;
const POWER_ADJUST = -6;

/** RNG-RSP: SID, upstream channel, what to adjust, ranging status. The second finds nothing left to adjust. */
export function sendRangingResponse(
  { cmts, modem, sid }: Downward,
  channel: number,
  status: number,
  effects: Effects,
): void {
  const isFirst = status === RangingStatus.continue;
  beginMacMessage(scratch, modem, cmts, MacType.rangingResponse);
  scratch.u16(sid);
  scratch.u8(channel);
  scratch.u8(1);
  scratch.u8(4);
  scratch.u32(isFirst ? TIMING_ADJUST : 0);
  scratch.u8(2);
  scratch.u8(1);
  scratch.u8(isFirst ? POWER_ADJUST : 0);
  scratch.u8(3);
  scratch.u8(2);
  scratch.u16(0);
  scratch.u8(5);
  scratch.u8(1);
  scratch.u8(status);
  effects.sendMacMessage(CABLE, modem, scratch.octets, endMacMessage(scratch));
}

/** The service flows that a REG-RSP assigns. */
export interface AssignedFlows {
  /** Service flow ids count up from here, upstream flows first. */
  readonly firstFlowId: number;
  readonly upstream: readonly number[];
  readonly downstream: readonly number[];
}

/** More flows than these are not named in the answer: a file of 255-octet lengths holds far fewer. */
const FLOWS_MAX = 64;

/** REG-RSP: SID, response, and for each service flow its reference and its id, upstream ones with their SID too. */
export function sendRegistrationResponse(
  { cmts, modem, sid }: Downward,
  code: number,
  flows: AssignedFlows | undefined,
  effects: Effects,
): void {
  beginMacMessage(scratch, modem, cmts, MacType.registrationResponse);
  scratch.u16(sid);
  scratch.u8(code);
  if (flows !== undefined) {
    let id = flows.firstFlowId;
    for (let index = 0; index < flows.upstream.length && index < FLOWS_MAX; index++) {
      writeFlow(24, flows.upstream[index] ?? 0, id++, 4);
      scratch.u8(3);
      scratch.u8(2);
      scratch.u16(sid);
    }
    for (let index = 0; index < flows.downstream.length && index < FLOWS_MAX; index++)
      writeFlow(25, flows.downstream[index] ?? 0, id++, 0);
  }
  effects.sendMacMessage(CABLE, modem, scratch.octets, endMacMessage(scratch));
}

/** TLV 24 or 25 with reference and id; `moreOctets` follow by the caller. */
function writeFlow(type: number, reference: number, id: number, moreOctets: number): void {
  scratch.u8(type);
  scratch.u8(10 + moreOctets);
  scratch.u8(1);
  scratch.u8(2);
  scratch.u16(reference);
  scratch.u8(2);
  scratch.u8(4);
  scratch.u32(id);
}
