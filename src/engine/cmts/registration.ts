import type { Ipv4 } from '../../core/address.ts';
import { ipv4At } from '../../core/address.ts';
import { u16At, u32At } from '../../core/bytes.ts';
import type { Crypto } from '../../core/crypto.ts';
import type { Rule } from '../../core/rules.ts';
import { CMTS } from '../../core/rules/cmts.ts';
import { RegistrationCode } from '../../codec/docsis/mac-message.ts';
import { verifyCmtsMic } from '../../codec/docsis/mic.ts';
import { TlvCursor } from '../../codec/docsis/tlv.ts';
import type { CmtsState } from './modem-table.ts';

/** What a CMTS makes of the settings in a REG-REQ, before it looks at who sent them. */
export interface Judgement {
  /** Why it is refused; undefined when the settings are right. */
  readonly refusal: Refusal | undefined;
  /** TLV 3. */
  readonly networkAccess: boolean;
  /** TLV 18, 1 to 255: how many computers may stand behind the modem. */
  readonly cpesMax: number;
  /** TLV 20: the one address these settings are for. */
  readonly provisionedAddress: Ipv4 | undefined;
  /** TLV 19: when the file was made, in seconds since 1900. */
  readonly timestamp: number | undefined;
  /** References of the service flows. */
  readonly upstream: readonly number[];
  readonly downstream: readonly number[];
}

export interface Refusal {
  readonly code: number;
  readonly state: CmtsState;
  readonly rule: Rule;
  readonly detail: string;
}

/** TLVs that a modem adds of itself: vendor, capabilities, address, reason. Nothing of them is under the MIC or judged. */
const MODEMS_OWN = new Uint8Array(256);
for (const type of [5, 8, 12, 57]) MODEMS_OWN[type] = 1;

/** Where TLV 18 is left out, or is 0: DOCSIS MULPI annex C. */
const CPES_MAX_DEFAULT = 1;

/** How many settings are remembered: a plant has few. */
const KNOWN_MAX = 8;

interface Known {
  /** Everything up to the last TLV that is not the modem's own. */
  readonly settings: Uint8Array;
  readonly judgement: Judgement;
}

/**
 * Judges the settings of REG-REQs and remembers the last ones octet for octet: comparing is exact and costs a fraction
 * of the hash.
 */
export class RegistrationJudge {
  readonly #secret: Uint8Array;
  readonly #crypto: Crypto;
  readonly #known: Known[] = [];
  readonly #cursor = new TlvCursor(new Uint8Array(0), 0, 0, 'nested');

  constructor(secret: Uint8Array, crypto: Crypto) {
    this.#secret = secret;
    this.#crypto = crypto;
  }

  /** The TLVs are [from, to). Throws `DecodeError`. */
  judge(octets: Uint8Array, from: number, to: number): Judgement {
    for (const known of this.#known) if (this.#isKnown(known, octets, from, to)) return known.judgement;
    let end = from;
    const cursor = this.#cursor.reset(octets, from, to);
    while (cursor.next()) if (MODEMS_OWN[cursor.type] === 0) end = cursor.end;
    const settings = octets.slice(from, end);
    const judgement = judgeSettings(settings, this.#secret, this.#crypto);
    if (this.#known.length === KNOWN_MAX) this.#known.shift();
    this.#known.push({ settings, judgement });
    return judgement;
  }

  /** The same octets first, and behind them nothing but the modem's own. */
  #isKnown({ settings }: Known, octets: Uint8Array, from: number, to: number): boolean {
    const { length } = settings;
    if (length > to - from) return false;
    for (let index = 0; index < length; index++) if (settings[index] !== octets[from + index]) return false;
    const cursor = this.#cursor.reset(octets, from + length, to);
    while (cursor.next()) if (MODEMS_OWN[cursor.type] === 0) return false;
    return true;
  }
}

function judgeSettings(settings: Uint8Array, secret: Uint8Array, crypto: Crypto): Judgement {
  const upstream: number[] = [];
  const downstream: number[] = [];
  let classes = 0;
  let access: number | undefined;
  let cpesMax = CPES_MAX_DEFAULT;
  let provisionedAddress: Ipv4 | undefined;
  let timestamp: number | undefined;
  const cursor = new TlvCursor(settings, 0, settings.length, 'nested');
  while (cursor.next()) {
    const { type, start, end } = cursor;
    const size = end - start;
    if (type === 3) access = settings[start];
    else if (type === 4) classes++;
    else if (type === 18 && size === 1) cpesMax = settings[start] || CPES_MAX_DEFAULT;
    else if (type === 19 && size === 4) timestamp = u32At(settings, start);
    else if (type === 20 && size === 4) provisionedAddress = ipv4At(settings, start);
    else if (type === 24) upstream.push(flowReference(settings, start, end));
    else if (type === 25) downstream.push(flowReference(settings, start, end));
  }
  const mic = verifyCmtsMic(settings, secret, crypto);
  const wrong = wrongClass(classes, access, upstream, downstream);
  return {
    refusal:
      mic !== 'good'
        ? {
            code: RegistrationCode.authenticationFailure,
            state: 'reject(m)',
            rule: CMTS.rejectMic,
            detail: `CMTS MIC ${mic}`,
          }
        : wrong && { ...wrong, state: 'reject(c)', rule: CMTS.rejectClass },
    networkAccess: access !== 0,
    cpesMax,
    provisionedAddress,
    timestamp,
    upstream,
    downstream,
  };
}

/** 0, which no flow may have, when it says none. */
function flowReference(settings: Uint8Array, from: number, to: number): number {
  const cursor = new TlvCursor(settings, from, to, 'nested');
  while (cursor.next())
    if (cursor.type === 1 && cursor.end - cursor.start === 2) return u16At(settings, cursor.start);
  return 0;
}

/** What is wrong with the class of service: MULPI §D.1.2. */
function wrongClass(
  classes: number,
  access: number | undefined,
  upstream: readonly number[],
  downstream: readonly number[],
): { readonly code: number; readonly detail: string } | undefined {
  const flows = [...upstream, ...downstream];
  const { permanent, duplicateReference, unrecognizedSetting } = RegistrationCode;
  if (access === undefined) return { code: permanent, detail: 'no network access (3)' };
  if (classes > 0 && flows.length > 0)
    return { code: permanent, detail: 'a class of service (4) and service flows (24, 25) together' };
  if (classes === 0 && (upstream.length === 0 || downstream.length === 0))
    return { code: permanent, detail: 'neither a class of service (4) nor a service flow each way (24, 25)' };
  if (flows.includes(0)) return { code: unrecognizedSetting, detail: 'a service flow without a reference' };
  const repeated = flows.find((reference, index) => flows.indexOf(reference) !== index);
  if (repeated !== undefined)
    return { code: duplicateReference, detail: `service flow reference ${repeated} twice` };
  return undefined;
}
