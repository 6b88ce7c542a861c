import type { Crypto } from '../../core/crypto.ts';
import type { Plain } from '../../core/service.ts';
import { encodeConfigFile } from './config-file.ts';
import type { ConfigFile, ConfigItem } from './config-file.ts';
import { configFromPlain } from './describe.ts';
import { CM_MIC, CMTS_MIC, cmMic, cmtsMic, MIC_OCTETS } from './mic.ts';
import { MTA_DELIMITER } from './tlv.ts';

/** What a MIC is computed with. */
export interface Signing {
  readonly secret: Uint8Array;
  readonly crypto: Crypto;
}

/**
 * The octets of a file with both MICs right. Those that it has are computed anew where they stand; those that it lacks
 * are appended in the order of the work: CM MIC, TLV 6, CMTS MIC, TLV 7, end marker, pads to a multiple of 4. An
 * MTA's file has no MIC and comes out as it is.
 */
export function signConfig(file: ConfigFile, { secret, crypto }: Signing): Uint8Array {
  if (file.items.find((item) => item.kind === 'tlv')?.type === MTA_DELIMITER) return encodeConfigFile(file);
  const items: ConfigItem[] = [...file.items];
  const cmAt = placeOf(items, CM_MIC);
  const cmtsAt = placeOf(items, CMTS_MIC);
  items[cmAt] = { kind: 'tlv', type: CM_MIC, value: cmMic(encodeConfigFile({ items, tail: EMPTY }), crypto) };
  const value = cmtsMic(encodeConfigFile({ items, tail: EMPTY }), secret, crypto);
  items[cmtsAt] = { kind: 'tlv', type: CMTS_MIC, value };
  return encodeConfigFile({ items, tail: file.tail ?? padding(encodeConfigFile({ items, tail: EMPTY })) });
}

/** The octets of a file made of plain data, signed as `signConfig` does. */
export function buildConfig(plain: Plain, signing: Signing, path = ''): Uint8Array {
  return signConfig(configFromPlain(plain, path), signing);
}

/** Where the last MIC of this type stands; a place for it is made at the end. */
function placeOf(items: ConfigItem[], type: number): number {
  const at = items.findLastIndex((item) => item.kind === 'tlv' && item.type === type);
  if (at >= 0) return at;
  return items.push({ kind: 'tlv', type, value: new Uint8Array(MIC_OCTETS) }) - 1;
}

const EMPTY = new Uint8Array(0);

function padding(marked: Uint8Array): Uint8Array {
  return new Uint8Array((4 - (marked.length % 4)) % 4);
}
