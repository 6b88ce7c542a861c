import { createHash, createHmac } from 'node:crypto';
import type { Crypto } from '../../core/crypto.ts';
import { nodeEd25519, nodeP256 } from './curves.ts';

/** Node's own hashes, which stand in for the portable ones; MD5 is what DOCSIS asks, and no secret hangs on its strength here. */
export const nodeHashes: Omit<Crypto, 'sipHash24'> = {
  md5: (message) => new Uint8Array(createHash('md5').update(message).digest()),
  hmacMd5: (key, message) => new Uint8Array(createHmac('md5', key).update(message).digest()),
  sha1: (message) => new Uint8Array(createHash('sha1').update(message).digest()),
  sha256: (message) => new Uint8Array(createHash('sha256').update(message).digest()),
  sha384: (message) => new Uint8Array(createHash('sha384').update(message).digest()),
  hmacSha: (hash, key, message) => new Uint8Array(createHmac(hash, key).update(message).digest()),
  curves: { p256: nodeP256, ed25519: nodeEd25519 },
};
