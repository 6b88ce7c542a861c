import { type Ip, ipOctets } from '../../core/address.ts';
import { equalOctets, u32At, writeInt32 } from '../../core/bytes.ts';
import type { Crypto } from '../../core/crypto.ts';
import { type Epoch, type Instant, SECOND, afterSeconds } from '../../core/time.ts';

/** RFC 7873 §4: a client's part. */
export const CLIENT_COOKIE_OCTETS = 8;
/** RFC 9018 §4: version, three reserved, timestamp, hash. */
const SERVER_COOKIE_OCTETS = 16;
const VERSION = 1;

/** RFC 9018 §4.3: a cookie is good for an hour back and five minutes ahead; one over half an hour old is renewed. */
const PAST_SECONDS = 3_600;
const FUTURE_SECONDS = 300;
/** RFC 9018 §4: once a month is enough; the one before stays good for an hour (§5). */
const ROLL_SECONDS = 30 * 86_400;

export interface ServerCookieOptions {
  /** 16 octets each: the first makes cookies, all are good (RFC 9018 §5). None: they are drawn, and drawn anew each month. */
  readonly secrets: readonly Uint8Array[];
  /** 16 octets that nobody can guess. */
  readonly draw: () => Uint8Array;
  readonly sipHash24: Crypto['sipHash24'];
  readonly epoch: Epoch;
}

/** The server's side of DNS cookies: RFC 7873 with the cookies of RFC 9018. It keeps nothing about clients. */
export class ServerCookies {
  readonly #options: ServerCookieOptions;
  #secrets: readonly Uint8Array[];
  #rollAt: Instant | undefined;
  /** What is hashed: client cookie, the server cookie's first 8 octets, the client's address (RFC 9018 §4.4). */
  readonly #input = new Uint8Array(CLIENT_COOKIE_OCTETS + 8 + 16);

  constructor(options: ServerCookieOptions) {
    this.#options = options;
    this.#secrets = options.secrets;
  }

  /** Goes on with the secrets that another server drew, so that its cookies stay good. */
  inherit(before: ServerCookies): void {
    if (this.#options.secrets.length > 0 || before.#rollAt === undefined) return;
    this.#secrets = before.#secrets;
    this.#rollAt = before.#rollAt;
  }

  /** Whether the option that came proves that its sender gets what is sent to `source`. */
  isGood(option: Uint8Array, source: Ip, now: Instant): boolean {
    this.#roll(now);
    // RFC 9018 §4.4: exactly 24 octets, or the hash would be of other fields.
    if (option.length !== CLIENT_COOKIE_OCTETS + SERVER_COOKIE_OCTETS || option[8] !== VERSION) return false;
    // RFC 9018 §4.3: by serial number arithmetic.
    const age = (this.#seconds(now) - u32At(option, 12)) | 0;
    if (age > PAST_SECONDS || age < -FUTURE_SECONDS) return false;
    const hash = option.subarray(16);
    return this.#secrets.some((secret) => equalOctets(this.#hash(option, source, secret), hash));
  }

  /** The option of a reply: the client's cookie and a fresh one of ours. */
  make(clientCookie: Uint8Array, source: Ip, now: Instant): Uint8Array {
    this.#roll(now);
    const option = new Uint8Array(CLIENT_COOKIE_OCTETS + SERVER_COOKIE_OCTETS);
    option.set(clientCookie.subarray(0, CLIENT_COOKIE_OCTETS));
    option[8] = VERSION;
    writeInt32(option, 12, this.#seconds(now));
    const [secret] = this.#secrets;
    if (secret !== undefined) option.set(this.#hash(option, source, secret), 16);
    return option;
  }

  #hash(option: Uint8Array, source: Ip, secret: Uint8Array): Uint8Array {
    const address = ipOctets(source);
    this.#input.set(option.subarray(0, 16));
    this.#input.set(address, 16);
    return this.#options.sipHash24(secret, this.#input.subarray(0, 16 + address.length));
  }

  #seconds(now: Instant): number {
    return Math.floor((this.#options.epoch.us + now) / SECOND);
  }

  /** Secrets of our own are drawn when first needed, and the last one is kept beside the new. */
  #roll(now: Instant): void {
    if (this.#options.secrets.length > 0 || (this.#rollAt !== undefined && now < this.#rollAt)) return;
    this.#secrets = [this.#options.draw(), ...this.#secrets.slice(0, 1)];
    this.#rollAt = afterSeconds(now, ROLL_SECONDS);
  }
}
