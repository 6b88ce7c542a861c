import { fromBase64, toBase64 } from './base64.ts';
import { formatDate, parseDate } from './date.ts';
import { type Name, formatName } from './name.ts';
import { KeyFlag, keyTag } from './rdata/dnskey.ts';

/** What BIND's tools call the times of a key, with our words for them. */
const TIMES = [
  ['Created', 'created'],
  ['Publish', 'publish'],
  ['Activate', 'activate'],
  ['Inactive', 'inactive'],
  ['Delete', 'delete'],
  ['SyncPublish', 'syncPublish'],
  ['SyncDelete', 'syncDelete'],
] as const;

/** Seconds since 1970; undefined: not said. */
export type KeyFileTimes = { readonly [Word in (typeof TIMES)[number][1]]?: number | undefined };

/** A private key as the files of BIND's dnssec-keygen and of ldns-keygen have it: RFC 6605 §6, RFC 8080 §6. */
export interface PrivateKeyFile {
  readonly algorithm: number;
  readonly privateKey: Uint8Array;
  readonly times: KeyFileTimes;
}

const ALGORITHM_NAMES: ReadonlyMap<number, string> = new Map([
  [13, 'ECDSAP256SHA256'],
  [15, 'ED25519'],
]);

export interface KeyFileFault {
  readonly line: number;
  /** What is wrong; it never shows a part of the key. */
  readonly fault: string;
}

export function parsePrivateKey(text: string): PrivateKeyFile | KeyFileFault {
  let algorithm: number | undefined;
  let privateKey: Uint8Array | undefined;
  const times: Record<string, number> = {};
  for (const [index, raw] of text.split('\n').entries()) {
    const line = index + 1;
    const [, word = '', value = ''] = /^([A-Za-z-]+):\s*(.*?)\s*$/.exec(raw) ?? [];
    const time = TIMES.find(([name]) => name === word);
    if (word === 'Private-key-format' && !/^v1\.\d+$/.test(value))
      return { line, fault: 'a format that is not v1' };
    if (word === 'Algorithm') {
      algorithm = Number(/^\d+/.exec(value)?.[0]);
      if (!ALGORITHM_NAMES.has(algorithm))
        return { line, fault: 'an algorithm other than 13 (ECDSA P-256) and 15 (Ed25519)' };
    }
    if (word === 'PrivateKey') {
      privateKey = fromBase64(value);
      if (privateKey?.length !== 32) return { line, fault: 'a private key that is not 32 octets in base 64' };
    }
    if (time === undefined) continue;
    const seconds = parseDate(value);
    if (seconds === undefined) return { line, fault: `${word}: a date that is not YYYYMMDDHHmmSS` };
    times[time[1]] = seconds;
  }
  if (algorithm === undefined || privateKey === undefined)
    return { line: 1, fault: 'no private key of algorithm 13 or 15' };
  return { algorithm, privateKey, times };
}

export function formatPrivateKey({ algorithm, privateKey, times }: PrivateKeyFile): string {
  const lines = [
    'Private-key-format: v1.3',
    `Algorithm: ${algorithm} (${ALGORITHM_NAMES.get(algorithm) ?? algorithm})`,
    `PrivateKey: ${toBase64(privateKey)}`,
    ...timeLines(times),
  ];
  return `${lines.join('\n')}\n`;
}

/** The file beside it, which is a record of a master file with comments. */
export function formatPublicKey(owner: Name, dnskey: Uint8Array, times: KeyFileTimes): string {
  const flags = ((dnskey[0] ?? 0) << 8) | (dnskey[1] ?? 0);
  const kind = (flags & KeyFlag.SEP) === 0 ? 'zone-signing' : 'key-signing';
  const name = formatName(owner);
  const lines = [
    `; This is a ${kind} key, keyid ${keyTag(dnskey)}, for ${name}`,
    ...timeLines(times).map((line) => `; ${line}`),
    `${name} IN DNSKEY ${flags} ${dnskey[2]} ${dnskey[3]} ${toBase64(dnskey.subarray(4))}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** Such as `Klab.example.+013+05845`, to which `.key` and `.private` are added. */
export function keyFileName(owner: Name, dnskey: Uint8Array): string {
  const algorithm = String(dnskey[3] ?? 0).padStart(3, '0');
  const tag = String(keyTag(dnskey)).padStart(5, '0');
  return `K${formatName(owner).toLowerCase()}+${algorithm}+${tag}`;
}

function timeLines(times: KeyFileTimes): string[] {
  return TIMES.flatMap(([name, word]) => {
    const seconds = times[word];
    return seconds === undefined ? [] : [`${name}: ${formatDate(seconds)}`];
  });
}
