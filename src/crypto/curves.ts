import { ed25519 } from '@noble/curves/ed25519.js';
import { p256 } from '@noble/curves/nist.js';
import type { Curve } from '../core/crypto.ts';

/** SEC 1 §2.3.3: what stands before x and y of a point that is not compressed. */
const UNCOMPRESSED = 4;
const P256_PUBLIC_OCTETS = 64;

/** ECDSA with SHA-256, its nonce made from key and message: RFC 6979. Any of the two values of s is good, as elsewhere in DNSSEC. */
export const p256Curve: Curve = {
  publicKey: (privateKey) => p256.getPublicKey(privateKey, false).slice(1),
  sign: (privateKey, message) => p256.sign(message, privateKey, { lowS: false }),
  verify: (publicKey, message, signature) => {
    if (publicKey.length !== P256_PUBLIC_OCTETS) return false;
    const point = new Uint8Array(1 + P256_PUBLIC_OCTETS);
    point[0] = UNCOMPRESSED;
    point.set(publicKey, 1);
    return holds(() => p256.verify(signature, message, point, { lowS: false }));
  },
};

/** RFC 8032 §5.1. */
export const ed25519Curve: Curve = {
  publicKey: (privateKey) => ed25519.getPublicKey(privateKey),
  sign: (privateKey, message) => ed25519.sign(message, privateKey),
  verify: (publicKey, message, signature) => holds(() => ed25519.verify(signature, message, publicKey)),
};

/** Octets that are no point or no signature are thrown at by the library; here they are wrong like any other. */
function holds(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false;
  }
}
