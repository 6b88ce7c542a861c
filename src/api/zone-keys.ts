import { randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatPrivateKey, formatPublicKey, keyFileName } from '../codec/dns/key-file.ts';
import { Name, parseName } from '../codec/dns/name.ts';
import { KeyFlag } from '../codec/dns/rdata/dnskey.ts';
import { type ResourceRecord, formatRecord } from '../codec/dns/record.ts';
import { Class, Type } from '../codec/dns/registry.ts';
import { fromHex } from '../core/bytes.ts';
import { portableCrypto } from '../crypto/portable.ts';
import { makeFolder } from '../driver/real/make-folder.ts';
import { DigestType, type KeyRole, ZoneKey, dsRdata } from '../engine/dnssec/key.ts';
import { dnskeysOf, readKeys } from '../engine/dnssec/key-pair.ts';
import { DEFAULT_LIFE, KeySchedule } from '../engine/dnssec/schedule.ts';
import { signZone } from '../engine/dnssec/whole.ts';
import { ZoneBuilder } from '../store/zone-builder.ts';
import { FileError, UsageError } from './failure.ts';
import { asFileError, readText } from './files.ts';
import { exportZone, readZone, type ZoneReading } from './zone.ts';

const KEY_OCTETS = 32;
/** As much as a zone may have. */
const ZONE_OCTETS_MAX = 64 * 1024 * 1024;
const KEY_FILE_OCTETS_MAX = 64 * 1024;

export interface MadeKey {
  /** Without `.key` and `.private`. */
  readonly path: string;
  readonly tag: number;
  readonly dnskey: string;
  /** By SHA-256 and SHA-384; none for a zone-signing key, of which no parent knows. */
  readonly ds: readonly string[];
}

export interface KeyOrder {
  readonly zone: string;
  readonly algorithm: number;
  readonly role: KeyRole;
  /** Where the files go. */
  readonly folder: string;
  /** Seconds since 1970: the key is used from then on. */
  readonly nowSeconds: number;
}

/** Draws a key and writes its two files as BIND's dnssec-keygen does, the private one for its owner's eyes only. */
export function makeKeyFiles({ zone, algorithm, role, folder, nowSeconds }: KeyOrder): MadeKey {
  const owner = zoneName(zone);
  const privateKey = drawPrivateKey();
  const key = new ZoneKey({ algorithm, privateKey, role, times: {} }, portableCrypto);
  const times = { created: nowSeconds, publish: nowSeconds, activate: nowSeconds };
  const path = join(folder, keyFileName(owner, key.rdata));
  for (const end of ['.key', '.private'])
    if (existsSync(path + end))
      throw new FileError(path + end, 'it is there already', 'it is never written over');
  makeFolder(folder);
  writeNew(`${path}.private`, formatPrivateKey({ algorithm, privateKey, times }), 0o600);
  writeNew(`${path}.key`, formatPublicKey(owner, key.rdata, times), 0o644);
  const record = { owner, type: Type.DNSKEY, class: Class.IN, ttl: 3_600, rdata: key.rdata };
  return { path, tag: key.tag, dnskey: formatRecord(record), ds: role === 'zsk' ? [] : delegations(record) };
}

/** The order of P-256 begins with 32 ones and 32 zeros: what does not begin with 32 ones is below it, and so a key. */
function drawPrivateKey(): Uint8Array {
  for (;;) {
    const octets = new Uint8Array(randomBytes(KEY_OCTETS));
    if (octets.subarray(0, 4).some((octet) => octet !== 0xff)) return octets;
  }
}

function zoneName(text: string): Name {
  const name = parseName(text);
  if (name instanceof Name) return name;
  throw new UsageError(`${JSON.stringify(text)} is no name of a zone: it takes ${name.fault}`);
}

function writeNew(path: string, text: string, mode: number): void {
  try {
    writeFileSync(path, text, { mode, flag: 'wx' });
  } catch (error) {
    throw asFileError(path, error, 'written');
  }
}

/** DS by SHA-256 and SHA-384 (RFC 8624 §3.3) of the keys in a `.key` file or a zone that the parent is to know of: those with SEP. */
export function dsOf(path: string): string[] {
  const keys = dnskeysOf(readText(path, ZONE_OCTETS_MAX), path);
  const roots = keys.filter(({ rdata }) => ((rdata[1] ?? 0) & KeyFlag.SEP) !== 0);
  if (roots.length > 0) return roots.flatMap(delegations);
  throw new FileError(path, 'no key in it has the flag SEP (257)', 'name the .key file of a key-signing key');
}

function delegations({ owner, rdata }: ResourceRecord): string[] {
  return [DigestType.SHA256, DigestType.SHA384].flatMap((type) => {
    const ds = dsRdata(owner, rdata, type, portableCrypto);
    return ds === undefined
      ? []
      : [formatRecord({ owner, type: Type.DS, class: Class.IN, ttl: 3_600, rdata: ds })];
  });
}

export interface SigningOrder extends ZoneReading {
  /** Names of key files, with or without `.key` or `.private`. */
  readonly keys: readonly string[];
  readonly nsec3: boolean;
  /** Hexadecimal digits; `-` for none. */
  readonly salt: string;
  readonly iterations: number;
  readonly validitySeconds: number;
  readonly nowSeconds: number;
}

/** The whole zone of a master file, signed, as a master file. */
export function signZoneFile(path: string, order: SigningOrder): string {
  const zone = readZone(path, order);
  const texts = order.keys.map((name) => {
    const file = name.replace(/\.(key|private)$/, '');
    const publicText = readText(`${file}.key`, KEY_FILE_OCTETS_MAX);
    return { file, publicText, privateText: readText(`${file}.private`, KEY_FILE_OCTETS_MAX) };
  });
  const { validitySeconds, iterations, nowSeconds } = order;
  const keys = readKeys(zone.apex, texts, portableCrypto);
  const life = { ...DEFAULT_LIFE, validitySeconds, renewSeconds: validitySeconds - 1, jitterSeconds: 0 };
  const schedule = new KeySchedule(keys, life);
  const salt = order.salt === '-' ? new Uint8Array(0) : fromHex(order.salt);
  if (salt === undefined || salt.length > 255)
    throw new UsageError('--salt: hexadecimal digits, or - for none');
  const nsec3 = order.nsec3 ? { iterations, salt } : undefined;
  const builder = new ZoneBuilder({ file: path, apex: zone.apex, sha1: portableCrypto.sha1 });
  const place = { file: path, line: 1, column: 1 };
  for (const record of signZone(zone, { schedule, seconds: nowSeconds, nsec3, crypto: portableCrypto }))
    builder.add(record, place);
  return exportZone(builder.build());
}
