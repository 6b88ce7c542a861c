import { expect, test } from 'vitest';
import {
  formatPrivateKey,
  formatPublicKey,
  keyFileName,
  parsePrivateKey,
} from '../../../../src/codec/dns/key-file.ts';
import { toName } from '../../../../src/codec/dns/name.ts';
import { ConfigError } from '../../../../src/core/errors.ts';
import { portableCrypto } from '../../../../src/crypto/portable.ts';
import { readKeys } from '../../../../src/engine/dnssec/key-pair.ts';

/** As dnssec-keygen of BIND 9.18 wrote it. */
const PRIVATE = `Private-key-format: v1.3
Algorithm: 15 (ED25519)
PrivateKey: AFxnRp0+sTyp2giN4Li10udDtBDrUdOFJ2PtqrzsLGA=
Created: 20261122104154
Publish: 20261122104154
Activate: 20261123104154
Inactive: 20261222104154
Delete: 20270101104154
SyncPublish: 20261123104154
SyncDelete: 20261212104154
`;
const PUBLIC = 'example.net. IN DNSKEY 256 3 15 IK+kckspw/QslSF+x5u9ncdgXm1ZuR2kWv5cKiJ29G4=\n';
const APEX = toName('example.net.');

test('a private key with its times is written as it was read', () => {
  const key = parsePrivateKey(PRIVATE);
  expect(key).toMatchObject({ algorithm: 15, times: { publish: 1_795_344_114, syncDelete: 1_797_072_114 } });
  if ('fault' in key) throw new Error(key.fault);
  expect(formatPrivateKey(key)).toBe(PRIVATE);
});

test('the two files of a key are of each other, and say its times', () => {
  const [key] = readKeys(APEX, [{ file: 'K', publicText: PUBLIC, privateText: PRIVATE }], portableCrypto);
  expect(key).toMatchObject({ tag: 5845, role: 'zsk', times: { activate: 1_795_430_514 } });
  expect(keyFileName(APEX, key!.rdata)).toBe('Kexample.net.+015+05845');
  expect(formatPublicKey(APEX, key!.rdata, { publish: 1_795_344_114 })).toBe(
    `; This is a zone-signing key, keyid 5845, for example.net.\n; Publish: 20261122104154\n${PUBLIC}`,
  );
});

test.each([
  { name: 'RSA', text: 'Algorithm: 8 (RSASHA256)\n', line: 1, says: /13 .*15/ },
  { name: 'a key cut short', text: 'Algorithm: 13\nPrivateKey: AFxn\n', line: 2, says: /32 octets/ },
  { name: 'a date', text: PRIVATE.replace('20270101104154', '2027'), line: 8, says: undefined },
  { name: 'a bad date', text: PRIVATE.replace('20270101104154', 'soon'), line: 8, says: /Delete/ },
  { name: 'nothing', text: '', line: 1, says: /no private key/ },
  { name: 'another format', text: 'Private-key-format: v2.0\n', line: 1, says: /v1/ },
])('$name', ({ text, line, says }) => {
  const read = parsePrivateKey(text);
  if (says === undefined) return expect(read).toMatchObject({ times: { delete: 2027 } });
  expect(read).toMatchObject({ line, fault: expect.stringMatching(says) });
});

test('no message shows a part of the key', () => {
  const text = 'PrivateKey: AFxnRp0+sTyp2giN4Li10udDtBDrUdOFJ2Ptqrzs\n';
  expect(JSON.stringify(parsePrivateKey(text))).not.toContain('AFxn');
});

test.each([
  {
    name: 'of another zone',
    publicText: PUBLIC.replace('example.net', 'example.org'),
    says: /a key of example.net/,
  },
  { name: 'not a key', publicText: 'example.net. IN A 192.0.2.1\n', says: /one DNSKEY record/ },
  {
    name: 'not its other half',
    publicText: PUBLIC.replace('IK+k', 'IKAk'),
    says: /the private part/,
  },
])('a public part $name', ({ publicText, says }) => {
  const read = () => readKeys(APEX, [{ file: 'K', publicText, privateText: PRIVATE }], portableCrypto);
  expect(read).toThrow(ConfigError);
  expect(read).toThrow(says);
});

test('a key with SEP alone signs everything, beside a zone-signing key only the keys', () => {
  const sep = PUBLIC.replace(' 256 ', ' 257 ');
  const privateText = PRIVATE;
  const roles = (...texts: string[]) =>
    readKeys(
      APEX,
      texts.map((publicText) => ({ file: 'K', publicText, privateText })),
      portableCrypto,
    ).map(({ role }) => role);
  expect(roles(sep)).toEqual(['csk']);
  expect(roles(sep, PUBLIC)).toEqual(['ksk', 'zsk']);
});
