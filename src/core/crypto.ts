/** The hashes and signatures a service may ask for; `crypto/` makes them portably, `driver/real` also from Node. */
export interface Crypto {
  /** 16 octets: RFC 1321. */
  md5(message: Uint8Array): Uint8Array;
  /** 16 octets: RFC 2104 with MD5. A key longer than 64 octets is hashed first (§2). */
  hmacMd5(key: Uint8Array, message: Uint8Array): Uint8Array;
  /** 20 octets: RFC 3174. */
  readonly sha1: (message: Uint8Array) => Uint8Array;
  /** RFC 2104 with one of the SHA family: 20 octets, or as many bits as the name says. */
  hmacSha(hash: ShaName, key: Uint8Array, message: Uint8Array): Uint8Array;
  /** 8 octets: SipHash-2-4 with a key of 16, as RFC 9018 §4.4 uses it. */
  sipHash24(key: Uint8Array, message: Uint8Array): Uint8Array;
}

export type ShaName = 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512';
