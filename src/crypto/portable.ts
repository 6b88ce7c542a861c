import { hmac } from '@noble/hashes/hmac.js';
import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha224, sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import type { Crypto } from '../core/crypto.ts';
import { ed25519Curve, p256Curve } from './curves.ts';
import { sipHash24 } from './siphash.ts';

const SHA = { sha1, sha224, sha256, sha384, sha512 } as const;

/** The same octets on every machine, without Node: what the simulation always uses. */
export const portableCrypto: Crypto = {
  md5: (message) => md5(message),
  hmacMd5: (key, message) => hmac(md5, key, message),
  sha1: (message) => sha1(message),
  hmacSha: (hash, key, message) => hmac(SHA[hash], key, message),
  sha256: (message) => sha256(message),
  sha384: (message) => sha384(message),
  curves: { p256: p256Curve, ed25519: ed25519Curve },
  sipHash24,
};
