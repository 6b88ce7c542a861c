import {
  type JsonWebKey,
  type KeyObject,
  createPrivateKey,
  createPublicKey,
  sign,
  verify,
} from 'node:crypto';
import type { Curve } from '../../core/crypto.ts';

/** Octets of x, and of y. */
const P256_HALF = 32;

function base64url(octets: Uint8Array): string {
  return Buffer.from(octets).toString('base64url');
}

function fromBase64url(text = ''): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64url'));
}

/** What PKCS #8 has before the 32 octets of a private key. */
const P256_PKCS8 = Buffer.from(
  '3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420',
  'hex',
);
const ED25519_PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Made once for each key: reading one costs as much as a signature. */
class Keys {
  readonly #known = new WeakMap<Uint8Array, KeyObject>();
  readonly #make: (octets: Uint8Array) => KeyObject;

  constructor(make: (octets: Uint8Array) => KeyObject) {
    this.#make = make;
  }

  of(octets: Uint8Array): KeyObject {
    const known = this.#known.get(octets);
    if (known !== undefined) return known;
    const key = this.#make(octets);
    this.#known.set(octets, key);
    return key;
  }
}

function privateKeys(prefix: Buffer): Keys {
  return new Keys((octets) =>
    createPrivateKey({ key: Buffer.concat([prefix, octets]), format: 'der', type: 'pkcs8' }),
  );
}

function publicKeys(jwk: (octets: Uint8Array) => JsonWebKey): Keys {
  return new Keys((octets) => createPublicKey({ key: jwk(octets), format: 'jwk' }));
}

const p256Private = privateKeys(P256_PKCS8);
const p256Public = publicKeys((octets) => ({
  kty: 'EC',
  crv: 'P-256',
  x: base64url(octets.subarray(0, P256_HALF)),
  y: base64url(octets.subarray(P256_HALF)),
}));
const ed25519Private = privateKeys(ED25519_PKCS8);
const ed25519Public = publicKeys((octets) => ({ kty: 'OKP', crv: 'Ed25519', x: base64url(octets) }));

/** Node's ECDSA draws its nonce: two signatures of one message differ. */
export const nodeP256: Curve = {
  publicKey: (privateKey) => {
    const { x, y } = createPublicKey(p256Private.of(privateKey)).export({ format: 'jwk' });
    return new Uint8Array(Buffer.concat([fromBase64url(x), fromBase64url(y)]));
  },
  sign: (privateKey, message) =>
    new Uint8Array(sign('sha256', message, { key: p256Private.of(privateKey), dsaEncoding: 'ieee-p1363' })),
  verify: (publicKey, message, signature) =>
    publicKey.length === 2 * P256_HALF &&
    holds(() =>
      verify('sha256', message, { key: p256Public.of(publicKey), dsaEncoding: 'ieee-p1363' }, signature),
    ),
};

export const nodeEd25519: Curve = {
  publicKey: (privateKey) =>
    fromBase64url(createPublicKey(ed25519Private.of(privateKey)).export({ format: 'jwk' }).x),
  sign: (privateKey, message) => new Uint8Array(sign(null, message, ed25519Private.of(privateKey))),
  verify: (publicKey, message, signature) =>
    holds(() => verify(null, message, ed25519Public.of(publicKey), signature)),
};

function holds(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false;
  }
}
