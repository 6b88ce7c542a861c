import { equalOctets } from '../../core/bytes.ts';
import type { Crypto } from '../../core/crypto.ts';
import { END_OF_DATA, formOf, PAD, TlvCursor } from './tlv.ts';

export const CM_MIC = 6;
export const CMTS_MIC = 7;
export const MIC_OCTETS = 16;

/**
 * The types under the CMTS MIC, in the order they are digested, which is not the file's (MULPI §D.2.1): 43 before 6,
 * 29 before 26.
 */
const CMTS_MIC_ORDER = [
  1, 2, 3, 4, 17, 43, 6, 18, 19, 20, 22, 23, 24, 25, 28, 29, 26, 35, 36, 37, 40,
] as const;

/** Position in the digest's order by type; 0 for what is not digested. */
const RANK = new Uint8Array(256);
CMTS_MIC_ORDER.forEach((type, index) => (RANK[type] = index + 1));

/** What the CM MIC covers: the file up to its end marker in the file's order, without TLVs 6 and 7 (MULPI §D.1.3.1). */
export function cmMicInput(file: Uint8Array): Uint8Array {
  const input = new Uint8Array(file.length);
  let length = 0;
  let copied = 0;
  const cursor = new TlvCursor(file);
  while (cursor.next()) {
    if (cursor.type !== CM_MIC && cursor.type !== CMTS_MIC) continue;
    input.set(file.subarray(copied, cursor.at), length);
    length += cursor.at - copied;
    copied = cursor.end;
  }
  const end = coveredEnd(file, copied, cursor.offset);
  input.set(file.subarray(copied, end), length);
  return input.subarray(0, length + end - copied);
}

/** Pads in front of the end marker are digested; those that end a file without a marker are its padding. */
function coveredEnd(file: Uint8Array, from: number, stop: number): number {
  if (file[stop] === END_OF_DATA) return stop;
  let end = stop;
  while (end > from && file[end - 1] === PAD) end--;
  return end;
}

/** What the CMTS MIC covers, from a file or from the TLVs of a REG-REQ: whole TLVs, by type in the order above. */
export function cmtsMicInput(tlvs: Uint8Array, from = 0, to: number = tlvs.length): Uint8Array {
  const input = new Uint8Array(to - from);
  let length = 0;
  // Once to see which types there are, then once for each of them: files have few types and many TLVs of one.
  let present = 0;
  const cursor = new TlvCursor(tlvs, from, to);
  while (cursor.next()) present |= 1 << (RANK[cursor.type] ?? 0);
  for (let rank = 1; rank <= CMTS_MIC_ORDER.length; rank++) {
    if ((present & (1 << rank)) === 0) continue;
    cursor.reset(tlvs, from, to);
    while (cursor.next()) {
      if (RANK[cursor.type] !== rank) continue;
      input.set(tlvs.subarray(cursor.at, cursor.end), length);
      length += cursor.end - cursor.at;
    }
  }
  return input.subarray(0, length);
}

/** MD5 without a key: it finds damage and no forgery, anyone can compute it again. */
export function cmMic(file: Uint8Array, crypto: Crypto): Uint8Array {
  return crypto.md5(cmMicInput(file));
}

/** HMAC-MD5 under the secret that the file's maker and the CMTS share. */
export function cmtsMic(
  tlvs: Uint8Array,
  secret: Uint8Array,
  crypto: Crypto,
  from = 0,
  to: number = tlvs.length,
): Uint8Array {
  return crypto.hmacMd5(secret, cmtsMicInput(tlvs, from, to));
}

/** `missing` also when its length is not 16; an MTA's file has none. */
export type MicVerdict = 'good' | 'bad' | 'missing';

/** Judges TLV 6 of a file; of several the last counts, as it would be sent. */
export function verifyCmMic(file: Uint8Array, crypto: Crypto): MicVerdict {
  const stated = findMic(file, CM_MIC);
  if (stated === undefined) return 'missing';
  return equalOctets(stated, cmMic(file, crypto)) ? 'good' : 'bad';
}

/** Judges TLV 7 of a file or of the TLVs of a REG-REQ. */
export function verifyCmtsMic(
  tlvs: Uint8Array,
  secret: Uint8Array,
  crypto: Crypto,
  from = 0,
  to: number = tlvs.length,
): MicVerdict {
  const stated = findMic(tlvs, CMTS_MIC, from, to);
  if (stated === undefined) return 'missing';
  return equalOctets(stated, cmtsMic(tlvs, secret, crypto, from, to)) ? 'good' : 'bad';
}

/** The value of TLV 6 or 7, as a view. */
function findMic(
  tlvs: Uint8Array,
  type: typeof CM_MIC | typeof CMTS_MIC,
  from = 0,
  to: number = tlvs.length,
): Uint8Array | undefined {
  const cursor = new TlvCursor(tlvs, from, to, from === 0 ? formOf(tlvs) : 'file');
  let found: Uint8Array | undefined;
  while (cursor.next()) if (cursor.type === type) found = tlvs.subarray(cursor.start, cursor.end);
  return found?.length === MIC_OCTETS ? found : undefined;
}
