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
  /** 32 octets: RFC 6234. */
  sha256(message: Uint8Array): Uint8Array;
  /** 48 octets: RFC 6234. */
  sha384(message: Uint8Array): Uint8Array;
  readonly curves: Readonly<Record<CurveName, Curve>>;
  /** 8 octets: SipHash-2-4 with a key of 16, as RFC 9018 §4.4 uses it. */
  sipHash24(key: Uint8Array, message: Uint8Array): Uint8Array;
}

export type ShaName = 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512';

export type CurveName = 'p256' | 'ed25519';

/**
 * Signatures as DNSSEC has them: a private key has 32 octets, a signature 64; a public key is x and y of P-256 (64 octets, with SHA-256:
 * RFC 6605 §4) or the 32 octets of Ed25519 (RFC 8080 §3). A caller keeps the octets of its keys: what is made of them is remembered by them.
 */
export interface Curve {
  publicKey(privateKey: Uint8Array): Uint8Array;
  sign(privateKey: Uint8Array, message: Uint8Array): Uint8Array;
  /** False for a key or signature that is none, too. */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}
