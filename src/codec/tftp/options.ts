import type { Writer } from '../../core/bytes.ts';
import { encodeText, equalsIgnoringCase, type TftpOption } from './packet.ts';

/** The options we know; all others are left out of the OACK: RFC 2347. */
export type OptionName = 'blksize' | 'timeout' | 'tsize' | 'windowsize';

const NAMES: readonly OptionName[] = ['blksize', 'tsize', 'timeout', 'windowsize'];

/** What a value may be. */
export interface OptionRange {
  readonly least: number;
  readonly most: number;
}

export const OPTION_RANGES: Readonly<Record<OptionName, OptionRange>> = {
  blksize: { least: 8, most: 65_464 }, // octets, RFC 2348
  timeout: { least: 1, most: 255 }, // seconds, RFC 2349
  tsize: { least: 0, most: Number.MAX_SAFE_INTEGER }, // octets, RFC 2349
  windowsize: { least: 1, most: 65_535 }, // blocks, RFC 7440 §3
};

/** RFC 2347: option names are compared without regard to case. */
export function optionName(option: TftpOption): OptionName | undefined {
  return NAMES.find((name) => equalsIgnoringCase(option.name, name));
}

/** The value of a known option; undefined when it is no decimal number or out of its range. */
export function optionValue(name: OptionName, option: TftpOption): number | undefined {
  const value = decimal(option.value);
  const { least, most } = OPTION_RANGES[name];
  return value !== undefined && value >= least && value <= most ? value : undefined;
}

export function encodeOptionValue(writer: Writer, name: OptionName, value: number): void {
  encodeText(writer, name);
  encodeText(writer, String(value));
}

/** The same under the name as the client wrote it: RFC 2347 has it copied from the request. */
export function encodeOptionAnswer(writer: Writer, asked: TftpOption, value: number): void {
  writer.bytes(asked.name);
  writer.u8(0);
  encodeText(writer, String(value));
}

/** 1 to 15 digits: below 2^53. */
function decimal(octets: Uint8Array): number | undefined {
  if (octets.length === 0 || octets.length > 15) return undefined;
  let value = 0;
  for (const octet of octets) {
    if (octet < 0x30 || octet > 0x39) return undefined;
    value = value * 10 + (octet - 0x30);
  }
  return value;
}
