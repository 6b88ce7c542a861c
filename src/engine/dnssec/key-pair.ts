import { type PrivateKeyFile, parsePrivateKey } from '../../codec/dns/key-file.ts';
import type { Name } from '../../codec/dns/name.ts';
import { KeyFlag, readZoneKey } from '../../codec/dns/rdata/dnskey.ts';
import type { ResourceRecord } from '../../codec/dns/record.ts';
import { Type } from '../../codec/dns/registry.ts';
import { parseZoneText } from '../../codec/dns/zone-text.ts';
import { equalOctets } from '../../core/bytes.ts';
import type { Crypto } from '../../core/crypto.ts';
import { ConfigError } from '../../core/errors.ts';
import { type KeyRole, ZoneKey } from './key.ts';

/** The texts of `NAME.key` and `NAME.private`. */
export interface KeyPairTexts {
  /** NAME, for messages. */
  readonly file: string;
  readonly publicText: string;
  readonly privateText: string;
}

interface KeyPair extends PrivateKeyFile {
  readonly file: string;
  readonly owner: Name;
  readonly flags: number;
  readonly dnskey: Uint8Array;
}

/** The DNSKEY records of a text, such as a `.key` file. */
export function dnskeysOf(text: string, file: string): ResourceRecord[] {
  const records: ResourceRecord[] = [];
  parseZoneText(text, { file, ttlOf: () => 3_600 }, (record) => {
    if (record.type === Type.DNSKEY) records.push(record);
  });
  return records;
}

function readPair({ file, publicText, privateText }: KeyPairTexts): KeyPair {
  const [record] = dnskeysOf(publicText, `${file}.key`);
  const fields = record && readZoneKey(record.rdata);
  if (record === undefined || fields === undefined)
    throw new ConfigError(`${file}.key:1:1`, 'no key for a zone', 'one DNSKEY record with flags 256 or 257');
  const pair = parsePrivateKey(privateText);
  if ('fault' in pair)
    throw new ConfigError(
      `${file}.private:${pair.line}:1`,
      pair.fault,
      'a private key as dnssec-keygen writes it',
    );
  if (pair.algorithm !== fields.algorithm)
    throw new ConfigError(
      `${file}.private:1:1`,
      `algorithm ${pair.algorithm}`,
      `${fields.algorithm}, as in .key`,
    );
  return { ...pair, file, owner: record.owner, flags: fields.flags, dnskey: record.rdata };
}

/**
 * The keys of a zone from their files. One with the flag SEP signs the keys; where no key of its algorithm signs the rest, it signs that,
 * too (RFC 6781 §3.1).
 */
export function readKeys(
  apex: Name,
  texts: readonly KeyPairTexts[],
  crypto: Pick<Crypto, 'curves'>,
): ZoneKey[] {
  const pairs = texts.map(readPair);
  return pairs.map((pair) => {
    if (!pair.owner.equals(apex))
      throw new ConfigError(`${pair.file}.key:1:1`, pair.owner.toString(), `a key of ${apex.toString()}`);
    const { algorithm, privateKey, times } = pair;
    const key = new ZoneKey({ algorithm, privateKey, role: roleOf(pair, pairs), times }, crypto);
    if (!equalOctets(key.rdata, pair.dnskey))
      throw new ConfigError(`${pair.file}.private:1:1`, 'another key', 'the private part of the key in .key');
    return key;
  });
}

function roleOf({ flags, algorithm }: KeyPair, all: readonly KeyPair[]): KeyRole {
  if ((flags & KeyFlag.SEP) === 0) return 'zsk';
  const hasZsk = all.some((other) => (other.flags & KeyFlag.SEP) === 0 && other.algorithm === algorithm);
  return hasZsk ? 'ksk' : 'csk';
}
