import type { Crypto } from '../../core/crypto.ts';
import { DecodeError } from '../../core/errors.ts';
import type { Rule } from '../../core/rules.ts';
import { MODEM } from '../../core/rules/modem.ts';
import { CM_MIC, CMTS_MIC, MIC_OCTETS, verifyCmMic } from '../../codec/docsis/mic.ts';
import { END_OF_DATA, TlvCursor } from '../../codec/docsis/tlv.ts';

/** What a modem takes out of its file; one object for all modems that have the same. */
export interface BootConfig {
  /** The file itself, for comparison. */
  readonly octets: Uint8Array;
  /** The TLVs that go into the REG-REQ, in the file's order, both MICs among them. */
  readonly registration: Uint8Array;
  /** TLV 3. */
  readonly networkAccess: boolean;
}

/** Why a file cannot be used. */
export interface ConfigProblem {
  readonly rule: Rule;
  readonly detail: string;
}

const NETWORK_ACCESS = 3;
const CLASS_OF_SERVICE = 4;
const UPSTREAM_FLOW = 24;
const DOWNSTREAM_FLOW = 25;

/** Settings for the modem alone, which do not go into a REG-REQ: software, SNMP, certificates, eRouter. */
const STAYS = new Uint8Array(256);
for (const type of [9, 10, 11, 21, 32, 33, 34, 38, 53, 54, 58, 81, 82, 202]) STAYS[type] = 1;

/** How many files are remembered: a plant has few. */
const FILES_MAX = 8;

/**
 * Reads configurations and remembers the last good ones octet for octet: comparing is exact and costs a fraction of the
 * hash, and a hundred thousand modems share what they have in common.
 */
export class BootConfigs {
  readonly #known: BootConfig[] = [];
  readonly #files: Uint8Array[] = [];

  /** The files that are remembered now. */
  get files(): readonly Uint8Array[] {
    return this.#files;
  }

  /** Copies nothing of a file that it knows; a new one is copied. */
  read(octets: Uint8Array, crypto: Crypto): BootConfig | ConfigProblem {
    for (const config of this.#known) if (sameOctets(config.octets, octets)) return config;
    const config = readConfig(octets.slice(), crypto);
    if ('rule' in config) return config;
    if (this.#known.length === FILES_MAX) {
      this.#known.shift();
      this.#files.shift();
    }
    this.#known.push(config);
    this.#files.push(config.octets);
    return config;
  }
}

/** Four octets at a time where both begin at a word. */
function sameOctets(a: Uint8Array, b: Uint8Array): boolean {
  if (a === b) return true;
  const { length } = a;
  if (length !== b.length) return false;
  let index = 0;
  if (((a.byteOffset | b.byteOffset) & 3) === 0) {
    const wordsA = new Int32Array(a.buffer, a.byteOffset, length >> 2);
    const wordsB = new Int32Array(b.buffer, b.byteOffset, length >> 2);
    for (let word = 0; word < wordsA.length; word++) if (wordsA[word] !== wordsB[word]) return false;
    index = length & ~3;
  }
  for (; index < length; index++) if (a[index] !== b[index]) return false;
  return true;
}

function readConfig(octets: Uint8Array, crypto: Crypto): BootConfig | ConfigProblem {
  const seen = new Uint8Array(256);
  const registration = new Uint8Array(octets.length);
  let length = 0;
  let access = 0;
  const cursor = new TlvCursor(octets);
  try {
    while (cursor.next()) {
      const size = cursor.end - cursor.start;
      if ((cursor.type !== CM_MIC && cursor.type !== CMTS_MIC) || size === MIC_OCTETS) seen[cursor.type] = 1;
      if (cursor.type === NETWORK_ACCESS) access = octets[cursor.start] ?? 0;
      if (STAYS[cursor.type] === 1) continue;
      registration.set(octets.subarray(cursor.at, cursor.end), length);
      length += cursor.end - cursor.at;
    }
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return { rule: MODEM.fileDamaged, detail: error.message };
  }
  if (octets[cursor.offset] === END_OF_DATA) seen[END_OF_DATA] = 1;
  const missing = missingSetting(seen);
  if (missing !== undefined) return { rule: MODEM.fileIncomplete, detail: `the file has no ${missing}` };
  if (verifyCmMic(octets, crypto) !== 'good')
    return { rule: MODEM.fileDamaged, detail: `${octets.length} octets, CM MIC bad` };
  return { octets, registration: registration.slice(0, length), networkAccess: access !== 0 };
}

/** MULPI §D.1.2: without these a modem must not send a REG-REQ. */
function missingSetting(seen: Uint8Array): string | undefined {
  if (seen[CM_MIC] === 0) return 'CM MIC (6)';
  if (seen[CMTS_MIC] === 0) return 'CMTS MIC (7)';
  if (seen[END_OF_DATA] === 0) return 'end marker (255)';
  if (seen[NETWORK_ACCESS] === 0) return 'network access (3)';
  if (seen[CLASS_OF_SERVICE] === 1 || (seen[UPSTREAM_FLOW] === 1 && seen[DOWNSTREAM_FLOW] === 1))
    return undefined;
  return 'class of service (4), nor a service flow each way (24, 25)';
}
