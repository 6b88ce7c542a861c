import {
  type Tsig,
  TsigError,
  appendTsig,
  readTsig,
  tsigOctets,
  withoutTsig,
  writeTime,
} from '../../codec/dns/tsig.ts';
import { LOWER, type Name, toName } from '../../codec/dns/name.ts';
import { Class } from '../../codec/dns/registry.ts';
import { Writer } from '../../core/bytes.ts';
import type { Crypto, ShaName } from '../../core/crypto.ts';
import { DecodeError } from '../../core/errors.ts';

interface Algorithm {
  readonly name: Name;
  readonly hash: ShaName | 'md5';
  /** What it sends: all that the hash gives, but where its name says less. */
  readonly macOctets: number;
}

const algorithm = (
  name: string,
  hash: Algorithm['hash'],
  macOctets: number,
): readonly [string, Algorithm] => [name, { name: toName(`${name}.`), hash, macOctets }];

/** RFC 8945 §6, table 3, without gss-tsig. */
const ALGORITHMS: ReadonlyMap<string, Algorithm> = new Map([
  ['hmac-md5', { name: toName('hmac-md5.sig-alg.reg.int.'), hash: 'md5', macOctets: 16 }],
  algorithm('hmac-sha1', 'sha1', 20),
  algorithm('hmac-sha224', 'sha224', 28),
  algorithm('hmac-sha256', 'sha256', 32),
  algorithm('hmac-sha256-128', 'sha256', 16),
  algorithm('hmac-sha384', 'sha384', 48),
  algorithm('hmac-sha384-192', 'sha384', 24),
  algorithm('hmac-sha512', 'sha512', 64),
  algorithm('hmac-sha512-256', 'sha512', 32),
]);

/** RFC 8945 §10: the recommended value. */
const FUDGE_SECONDS = 300;
/** The shortest MAC that is taken: SHA-1's 96 bits (RFC 8945 §6). */
const MAC_OCTETS_MIN = 12;
/** RFC 8945 §5.2.2.1: shorter is malformed, or than half the hash. */
const MAC_OCTETS_LEAST = 10;
const NOTHING = new Uint8Array(0);

/** A shared secret (RFC 8945 §8): `algorithm` is the field's word, such as `hmac-sha256`. */
export interface TsigKey {
  readonly name: Name;
  readonly algorithm: string;
  readonly secret: Uint8Array;
}

export type TsigHashes = Pick<Crypto, 'hmacMd5' | 'hmacSha'>;

/** What a request's signature was found to be. `bad-time` and `bad-trunc` are by somebody who knows the secret. */
export type TsigVerdict =
  | { readonly kind: 'good'; readonly key: TsigKey; readonly tsig: Tsig }
  | { readonly kind: 'bad-key' | 'bad-sig'; readonly tsig: Tsig }
  | { readonly kind: 'bad-time' | 'bad-trunc'; readonly key: TsigKey; readonly tsig: Tsig };

/** Signs and verifies with the keys at hand: RFC 8945. Moments are seconds since 1970. */
export class TsigKeys {
  readonly #keys: ReadonlyMap<string, TsigKey>;
  readonly #hashes: TsigHashes;

  constructor(keys: readonly TsigKey[], hashes: TsigHashes) {
    this.#keys = new Map(keys.map((key) => [key.name.key, key]));
    this.#hashes = hashes;
  }

  find(name: Name): TsigKey | undefined {
    return this.#keys.get(name.key);
  }

  /** Judges the TSIG that begins at `at` of a request, in the order of RFC 8945 §5.2; one that cannot be read is a `DecodeError`. */
  verify(octets: Uint8Array, at: number, nowSeconds: number): TsigVerdict {
    const tsig = readTsig(octets, at);
    const key = this.#keys.get(tsig.keyName.key);
    if (key === undefined || !algorithmOf(key).name.equals(tsig.algorithm)) return { kind: 'bad-key', tsig };
    assertMacSize(key, tsig, at);
    const message = withoutTsig(octets, at, tsig.originalId);
    const mac = this.#mac(key, [message, variablesOf(tsig)]);
    if (!isPrefixOf(tsig.mac, mac)) return { kind: 'bad-sig', tsig };
    if (!isTimely(tsig, nowSeconds)) return { kind: 'bad-time', key, tsig };
    if (tsig.mac.length < MAC_OCTETS_MIN) return { kind: 'bad-trunc', key, tsig };
    return { kind: 'good', key, tsig };
  }

  /** Octets that the answer to a request of that verdict gets at most. */
  answerOctets(verdict: TsigVerdict): number {
    const macOctets = 'key' in verdict ? algorithmOf(verdict.key).macOctets : 0;
    return tsigOctets(verdict.tsig, macOctets, verdict.kind === 'bad-time' ? 6 : 0);
  }

  /** Puts behind an answer what a request of that verdict asks for (RFC 8945 §5.3); gives the new length. */
  answer(verdict: TsigVerdict, message: Uint8Array, length: number, nowSeconds: number): number {
    const { tsig } = verdict;
    const fields: Tsig = {
      ...tsig,
      timeSigned: nowSeconds,
      fudgeSeconds: FUDGE_SECONDS,
      mac: NOTHING,
      error: ERRORS[verdict.kind],
      other: NOTHING,
    };
    switch (verdict.kind) {
      case 'bad-key':
      case 'bad-sig':
        // RFC 8945 §5.3.2: never signed, or anybody could have us sign what he likes.
        return appendTsig(message, length, fields);
      case 'bad-time': {
        // RFC 8945 §5.2.3: the client's time and fudge, so that it can verify, and ours beside it.
        const told = {
          ...fields,
          timeSigned: tsig.timeSigned,
          fudgeSeconds: tsig.fudgeSeconds,
          other: timeOctets(nowSeconds),
        };
        return this.#append(verdict.key, told, message, length, [requestMac(tsig)]);
      }
      case 'bad-trunc':
      case 'good':
        return this.#append(verdict.key, fields, message, length, [requestMac(tsig)]);
    }
  }

  /** Signs a request of ours and gives its new length and the MAC that the answer is verified with. */
  signRequest(
    key: TsigKey,
    message: Uint8Array,
    length: number,
    nowSeconds: number,
  ): { readonly length: number; readonly mac: Uint8Array } {
    const fields = newTsig(key, message, nowSeconds);
    const mac = this.#mac(key, [message.subarray(0, length), variablesOf(fields)]);
    return { length: appendTsig(message, length, { ...fields, mac }), mac };
  }

  /** The signer of the messages that answer one request, one after the other. */
  signer(verdict: TsigVerdict & { kind: 'good' }): TsigSigner {
    return new TsigSigner(verdict.key, verdict.tsig, (key, parts) => this.#mac(key, parts));
  }

  /** The verifier of the messages that answer a request of ours. */
  verifier(key: TsigKey, mac: Uint8Array): TsigVerifier {
    return new TsigVerifier(key, mac, (signingKey, parts) => this.#mac(signingKey, parts));
  }

  #append(
    key: TsigKey,
    fields: Tsig,
    message: Uint8Array,
    length: number,
    before: readonly Uint8Array[],
  ): number {
    const mac = this.#mac(key, [...before, message.subarray(0, length), variablesOf(fields)]);
    return appendTsig(message, length, { ...fields, mac });
  }

  #mac(key: TsigKey, parts: readonly Uint8Array[]): Uint8Array {
    const { hash, macOctets } = algorithmOf(key);
    const input = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      input.set(part, at);
      at += part.length;
    }
    const mac =
      hash === 'md5'
        ? this.#hashes.hmacMd5(key.secret, input)
        : this.#hashes.hmacSha(hash, key.secret, input);
    return mac.subarray(0, macOctets);
  }
}

type Mac = (key: TsigKey, parts: readonly Uint8Array[]) => Uint8Array;

/** Signs every message of an answer: RFC 8945 §5.3.1. */
export class TsigSigner {
  readonly #key: TsigKey;
  readonly #request: Tsig;
  readonly #mac: Mac;
  #prior: Uint8Array | undefined;

  constructor(key: TsigKey, request: Tsig, mac: Mac) {
    this.#key = key;
    this.#request = request;
    this.#mac = mac;
  }

  /** What each message is longer by. */
  get octets(): number {
    return tsigOctets(this.#request, algorithmOf(this.#key).macOctets, 0);
  }

  sign(message: Uint8Array, length: number, nowSeconds: number): number {
    const fields = { ...newTsig(this.#key, message, nowSeconds), originalId: this.#request.originalId };
    const octets = message.subarray(0, length);
    const parts =
      this.#prior === undefined
        ? [requestMac(this.#request), octets, variablesOf(fields)]
        : [sized(this.#prior), octets, timersOf(fields)];
    const mac = this.#mac(this.#key, parts);
    this.#prior = mac;
    return appendTsig(message, length, { ...fields, mac });
  }
}

/** RFC 8945 §5.3.1: so many messages may come between two that are signed. */
const UNSIGNED_MAX = 99;

/** Verifies the messages of an answer in their order, some of which may come unsigned between two that are not. */
export class TsigVerifier {
  readonly #key: TsigKey;
  readonly #mac: Mac;
  #prior: Uint8Array;
  #isFirst = true;
  #unsigned: Uint8Array[] = [];

  constructor(key: TsigKey, requestMacOctets: Uint8Array, mac: Mac) {
    this.#key = key;
    this.#prior = requestMacOctets;
    this.#mac = mac;
  }

  /** Whether all that came so far is vouched for: must be so after the last message. */
  get isVouched(): boolean {
    return !this.#isFirst && this.#unsigned.length === 0;
  }

  /** Takes the next message, whose TSIG begins at `at` (-1: none): why it cannot be believed, or undefined. */
  take(octets: Uint8Array, at: number, nowSeconds: number): string | undefined {
    if (at < 0) {
      if (this.#isFirst) return 'the answer is not signed';
      if (this.#unsigned.push(octets.slice()) > UNSIGNED_MAX) return 'too much comes unsigned';
      return undefined;
    }
    const tsig = readTsig(octets, at);
    if (!tsig.keyName.equals(this.#key.name) || !algorithmOf(this.#key).name.equals(tsig.algorithm))
      return 'signed with another key';
    if (tsig.mac.length === 0) return `not signed, and the error is ${errorName(tsig.error)}`;
    assertMacSize(this.#key, tsig, at);
    const message = withoutTsig(octets, at, tsig.originalId);
    const parts = [
      sized(this.#prior),
      ...this.#unsigned,
      message,
      this.#isFirst ? variablesOf(tsig) : timersOf(tsig),
    ];
    if (!isPrefixOf(tsig.mac, this.#mac(this.#key, parts))) return 'the signature is wrong';
    if (tsig.error !== TsigError.NOERROR) return `the error is ${errorName(tsig.error)}`;
    if (!isTimely(tsig, nowSeconds)) return 'signed at another time';
    this.#prior = tsig.mac;
    this.#isFirst = false;
    this.#unsigned = [];
    return undefined;
  }
}

const ERRORS: Readonly<Record<TsigVerdict['kind'], number>> = {
  good: TsigError.NOERROR,
  'bad-key': TsigError.BADKEY,
  'bad-sig': TsigError.BADSIG,
  'bad-time': TsigError.BADTIME,
  'bad-trunc': TsigError.BADTRUNC,
};

function errorName(error: number): string {
  return Object.entries(TsigError).find(([, number]) => number === error)?.[0] ?? String(error);
}

function algorithmOf({ algorithm: word }: TsigKey): Algorithm {
  const known = ALGORITHMS.get(word);
  if (known === undefined) throw new RangeError(`no TSIG algorithm ${word}`);
  return known;
}

function newTsig(key: TsigKey, message: Uint8Array, nowSeconds: number): Tsig {
  return {
    keyName: key.name,
    algorithm: algorithmOf(key).name,
    timeSigned: nowSeconds,
    fudgeSeconds: FUDGE_SECONDS,
    mac: NOTHING,
    originalId: ((message[0] ?? 0) << 8) | (message[1] ?? 0),
    error: TsigError.NOERROR,
    other: NOTHING,
  };
}

/** RFC 8945 §5.2.2.1: sizes that nobody may send. */
function assertMacSize(key: TsigKey, { mac }: Tsig, at: number): void {
  const { macOctets } = algorithmOf(key);
  if (mac.length > macOctets || mac.length < Math.max(MAC_OCTETS_LEAST, macOctets / 2))
    throw new DecodeError('malformed', 'TSIG: MAC size', at);
}

function isTimely({ timeSigned, fudgeSeconds }: Tsig, nowSeconds: number): boolean {
  return Math.abs(nowSeconds - timeSigned) <= fudgeSeconds;
}

/** Takes as long whatever the octets are. */
function isPrefixOf(mac: Uint8Array, whole: Uint8Array): boolean {
  let differs = mac.length > whole.length ? 1 : 0;
  for (let index = 0; index < mac.length; index++) differs |= (mac[index] ?? 0) ^ (whole[index] ?? 0);
  return differs === 0;
}

/** RFC 8945 §4.3.1. */
function requestMac({ mac }: Tsig): Uint8Array {
  return sized(mac);
}

function sized(mac: Uint8Array): Uint8Array {
  const octets = new Uint8Array(mac.length + 2);
  octets[0] = mac.length >>> 8;
  octets[1] = mac.length;
  octets.set(mac, 2);
  return octets;
}

/** RFC 8945 §4.3.3, names in lower case (RFC 4034 §6.2). */
function variablesOf(tsig: Tsig): Uint8Array {
  const { keyName, algorithm: algorithmName, other } = tsig;
  const writer = new Writer(
    new Uint8Array(keyName.octets.length + algorithmName.octets.length + 18 + other.length),
  );
  writer.bytes(keyName.octets.map((octet) => LOWER[octet] ?? octet));
  writer.u16(Class.ANY);
  writer.u32(0);
  writer.bytes(algorithmName.octets.map((octet) => LOWER[octet] ?? octet));
  writeTime(writer, tsig.timeSigned);
  writer.u16(tsig.fudgeSeconds);
  writer.u16(tsig.error);
  writer.u16(other.length);
  writer.bytes(other);
  return writer.octets;
}

/** RFC 8945 §4.3.3.1. */
function timersOf({ timeSigned, fudgeSeconds }: Tsig): Uint8Array {
  const writer = new Writer(new Uint8Array(8));
  writeTime(writer, timeSigned);
  writer.u16(fudgeSeconds);
  return writer.octets;
}

function timeOctets(seconds: number): Uint8Array {
  const writer = new Writer(new Uint8Array(6));
  writeTime(writer, seconds);
  return writer.octets;
}
