import { MacMessage, MacType, RangingStatus } from '../codec/docsis/mac-message.ts';
import { formatMac } from '../core/address.ts';
import type { Description } from './packet.ts';

interface MacMessageFacts {
  /** `RNG`, `REG` or `CM` (CM-STATUS); `MAC` for any other message. */
  readonly protocol: string;
  readonly read: () => Description;
}

/** Where the type stands in a MAC management message, MULPI §6.4.1: read before anything else is checked. */
const TYPE_AT = 24;

const TYPES: Readonly<Record<number, readonly [protocol: string, kind: string]>> = {
  [MacType.rangingRequest]: ['RNG', 'REQ'],
  [MacType.rangingResponse]: ['RNG', 'RSP'],
  [MacType.registrationRequest]: ['REG', 'REQ'],
  [MacType.registrationResponse]: ['REG', 'RSP'],
  [MacType.registrationAck]: ['REG', 'ACK'],
  [MacType.registrationRequestMp]: ['REG', 'REQ'],
  [MacType.registrationResponseMp]: ['REG', 'RSP'],
  [MacType.status]: ['CM', 'STATUS'],
};

const STATUS_TLV = 5;
const STATUS_NAMES: Readonly<Record<number, string>> = {
  [RangingStatus.continue]: 'continue',
  [RangingStatus.abort]: 'abort',
  [RangingStatus.success]: 'success',
};

const message = new MacMessage();

/** Ranging, registration and what a modem says of itself. `mac` is the modem's, whichever end it is. */
export function describeMacMessage(octets: Uint8Array): MacMessageFacts {
  const [protocol, kind] = TYPES[octets[TYPE_AT] ?? 0] ?? ['MAC', String(octets[TYPE_AT] ?? 0)];
  return { protocol, read: () => describe(octets, protocol, kind) };
}

function describe(octets: Uint8Array, protocol: string, kind: string): Description {
  message.decode(octets);
  const mac = kind === 'RSP' ? message.destination : message.source;
  const fields = new Map<string, string>([['mac', formatMac(mac)]]);
  if (protocol !== 'RNG' && protocol !== 'REG') return { kind, fields };
  fields.set('sid', String(message.sid));
  if (protocol === 'REG' && kind !== 'REQ') fields.set('code', String(message.code));
  const status = message.type === MacType.rangingResponse ? rangingStatus() : undefined;
  if (status !== undefined) fields.set('status', STATUS_NAMES[status] ?? String(status));
  return { kind, fields };
}

/** TLV 5 of the RNG-RSP under `message`; undefined when it has none or its TLVs are cut off. */
function rangingStatus(): number | undefined {
  const { octets, end } = message;
  for (let at = message.tlvsAt; at + 2 < end; at += 2 + (octets[at + 1] ?? 0))
    if (octets[at] === STATUS_TLV && octets[at + 1] === 1) return octets[at + 2];
  return undefined;
}
