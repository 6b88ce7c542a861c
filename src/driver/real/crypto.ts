import { createHash, createHmac } from 'node:crypto';
import type { Crypto } from '../../core/crypto.ts';

/** Node's own hashes; MD5 is what DOCSIS asks, and no secret hangs on its strength here. */
export const nodeCrypto: Crypto = {
  md5: (message) => new Uint8Array(createHash('md5').update(message).digest()),
  hmacMd5: (key, message) => new Uint8Array(createHmac('md5', key).update(message).digest()),
};
