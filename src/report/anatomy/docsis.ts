import { formatMac, macAt } from '../../core/address.ts';
import { u16At } from '../../core/bytes.ts';
import { DecodeError } from '../../core/errors.ts';
import type { Plain } from '../../core/service.ts';
import { MacMessage, MacType } from '../../codec/docsis/mac-message.ts';
import { TOP_LEVEL } from '../../codec/docsis/registry.ts';
import type { TlvTable } from '../../codec/docsis/registry.ts';
import { TlvCursor } from '../../codec/docsis/tlv.ts';
import { describeValue } from '../../codec/docsis/value.ts';
import { hexText, Marks } from './marks.ts';
import type { Layer } from './marks.ts';

const TYPE_NAMES: Readonly<Record<number, string>> = {
  [MacType.rangingRequest]: 'RNG-REQ',
  [MacType.rangingResponse]: 'RNG-RSP',
  [MacType.registrationRequest]: 'REG-REQ',
  [MacType.registrationResponse]: 'REG-RSP',
  [MacType.registrationAck]: 'REG-ACK',
  [MacType.registrationRequestMp]: 'REG-REQ-MP',
  [MacType.registrationResponseMp]: 'REG-RSP-MP',
  [MacType.status]: 'CM-STATUS',
};

/** MULPI, RNG-RSP: the TLVs of a ranging response are its own. */
const RANGING_TLVS: Readonly<Record<number, string>> = {
  1: 'timing adjust',
  2: 'power adjust',
  3: 'frequency adjust',
  4: 'equalisation',
  5: 'ranging status',
};

/** The MAC header, the management message's header, its fields, its TLVs (MULPI §6.2, §6.4.1). */
export function docsisLayers(octets: Uint8Array): readonly Layer[] {
  const message = new MacMessage().decode(octets);
  const name = TYPE_NAMES[message.type] ?? `type ${message.type}`;
  return [macHeader(octets), managementHeader(octets, name), body(message, name)];
}

function macHeader(octets: Uint8Array): Layer {
  const marks = new Marks(octets);
  marks.add('frame control', { offset: 0, length: 1 }, 'MAC management');
  marks.add('MAC_PARM', { offset: 1, length: 1 }, String(octets[1]));
  marks.add('LEN', { offset: 2, length: 2 }, String(u16At(octets, 2)));
  marks.add('header check', { offset: 4, length: 2 }, `0x${u16At(octets, 4).toString(16).padStart(4, '0')}`);
  return marks.layer('DOCSIS MAC', `${octets.length} octets`, 0, 6);
}

function managementHeader(octets: Uint8Array, name: string): Layer {
  const marks = new Marks(octets);
  const destination = formatMac(macAt(octets, 6));
  const source = formatMac(macAt(octets, 12));
  marks.add('destination', { offset: 6, length: 6 }, destination);
  marks.add('source', { offset: 12, length: 6 }, source);
  marks.add('message length', { offset: 18, length: 2 }, String(u16At(octets, 18)));
  marks.add('DSAP, SSAP, control', { offset: 20, length: 3 }, hexText(octets.subarray(20, 23)));
  marks.add('version', { offset: 23, length: 1 }, String(octets[23]));
  marks.add('type', { offset: 24, length: 1 }, `${octets[24]}, ${name}`);
  return marks.layer('Management', `${source} → ${destination}`, 6, 20);
}

function body(message: MacMessage, name: string): Layer {
  const { octets, tlvsAt, end } = message;
  const marks = new Marks(octets);
  const at = 26;
  if (tlvsAt > at) {
    marks.add(
      message.type === MacType.status ? 'transaction' : 'SID',
      { offset: at, length: 2 },
      String(message.sid),
    );
    if (tlvsAt > at + 2)
      marks.add(thirdName(message.type), { offset: at + 2, length: 1 }, String(octets[at + 2]));
    if (tlvsAt > at + 3)
      marks.add(
        'more',
        { offset: at + 3, length: tlvsAt - at - 3 },
        hexText(octets.subarray(at + 3, tlvsAt)),
      );
  }
  const isRanging = message.type === MacType.rangingResponse;
  addTlvs(marks, { from: tlvsAt, end }, isRanging ? undefined : TOP_LEVEL, 0);
  marks.add('check sequence', { offset: end, length: 4 }, hexText(octets.subarray(end, end + 4)));
  return marks.layer(name, `SID ${message.sid}`, at, octets.length - at);
}

function thirdName(type: number): string {
  if (type === MacType.rangingRequest) return 'downstream channel';
  if (type === MacType.rangingResponse) return 'upstream channel';
  return type === MacType.status ? 'event' : 'code';
}

const DEPTH_MAX = 4;

/** Without a table they are a ranging response's. */
function addTlvs(
  marks: Marks,
  { from, end }: { readonly from: number; readonly end: number },
  table: TlvTable | undefined,
  depth: number,
): void {
  const cursor = new TlvCursor(marks.octets, from, end, 'nested');
  try {
    while (cursor.next()) {
      const { type, at, start, end: stop } = cursor;
      const value = marks.octets.subarray(start, stop);
      const known = table?.byType.get(type);
      const name = table === undefined ? (RANGING_TLVS[type] ?? '') : (known?.name ?? '');
      const nested = known?.kind === 'nested' && depth < DEPTH_MAX;
      const text =
        known === undefined || known.kind === 'nested'
          ? nested
            ? ''
            : hexText(value)
          : plainText(describeValue(known.kind, value));
      marks.add(`${type} ${name}`.trim(), { offset: at, length: stop - at }, text, depth);
      if (nested) addTlvs(marks, { from: start, end: stop }, known.children, depth + 1);
    }
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    marks.add('not readable', { offset: cursor.offset, length: end - cursor.offset }, error.message, depth);
  }
}

function plainText(value: Plain): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
