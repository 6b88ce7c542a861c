import type { Reader } from '../../core/bytes.ts';

/** DO: RFC 6891 §6.1.4; CO, "compact answers OK": RFC 9824 §5.1. */
export const EdnsFlag = { DO: 0x8000, CO: 0x4000 } as const;

/** What the OPT pseudo-record carries: RFC 6891 §6.1.2 and §6.1.3. */
export interface Edns {
  /** How large a UDP payload its sender can take. */
  readonly payloadOctets: number;
  readonly version: number;
  /** DO and the fifteen bits of Z. */
  readonly flags: number;
  readonly options: readonly EdnsOption[];
}

/** Known or not, kept as it came. */
export interface EdnsOption {
  readonly code: number;
  readonly octets: Uint8Array;
}

/** The options of an OPT record's rdata: RFC 6891 §6.1.2. */
export function readOptions(reader: Reader): EdnsOption[] {
  const options: EdnsOption[] = [];
  while (reader.left > 0) {
    const code = reader.u16('OPTION-CODE');
    const length = reader.u16('OPTION-LENGTH');
    options.push({ code, octets: reader.take(length, 'OPTION-DATA').slice() });
  }
  return options;
}

/** RFC 8914 §5.2: why an answer is as it is, for people; those that are said here. */
export const ExtendedError = {
  PROHIBITED: 18,
  NOT_AUTHORITATIVE: 20,
  NOT_SUPPORTED: 21,
  /** RFC 9824 §3.5. */
  INVALID_QUERY_TYPE: 30,
} as const;
