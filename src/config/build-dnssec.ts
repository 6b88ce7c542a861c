import { Name, parseName } from '../codec/dns/name.ts';
import { SECOND } from '../core/time.ts';
import type { Findings, Path } from './findings.ts';
import { didYouMean } from './findings.ts';
import { quote } from './mistakes.ts';
import type { DnssecFile } from './schema-dnssec.ts';
import { placeOf } from './source.ts';
import type { DnssecConfig, SigningKeyConfig } from './zone-signing.ts';

/** The defaults of the engine, against which what is said is checked. */
const VALIDITY_SECONDS = 14 * 86_400;
const RENEW_SECONDS = 5 * 86_400;

export interface SigningSurroundings {
  readonly apex: string;
  /** Every zone of the file that is signed here. */
  readonly signed: readonly string[];
}

export function buildDnssec(
  file: DnssecFile | undefined,
  { apex, signed }: SigningSurroundings,
  findings: Findings,
  path: Path,
): DnssecConfig | undefined {
  if (file === undefined) return undefined;
  const validity = seconds(file.validity);
  const renew = seconds(file.renew);
  if ((renew ?? RENEW_SECONDS) >= (validity ?? VALIDITY_SECONDS))
    findings.add(
      path,
      'a signature is to be made anew before it is there',
      'let renew be less than validity, which is 14d and 5d when left out',
    );
  return {
    keys: file.keys.map((key, index) => buildKey(key, findings, [...path, 'keys', index])),
    denial: file.denial ?? 'compact',
    validitySeconds: validity,
    renewSeconds: renew,
    jitterSeconds: seconds(file.jitter),
    children: Object.entries(file.children ?? {}).flatMap(([child, ds]) => {
      const problem = childProblem(child, apex, signed);
      if (problem === undefined) return [{ apex: child, ds }];
      findings.addAtKey([...path, 'children'], child, ...problem);
      return [];
    }),
  };
}

function childProblem(
  child: string,
  apex: string,
  signed: readonly string[],
): [message: string, hint: string] | undefined {
  const name = parseName(child);
  const own = parseName(apex);
  if (!(name instanceof Name) || !(own instanceof Name)) return [`${quote(child)} is no name`, 'name a zone'];
  if (name.equals(own) || !name.isSubdomainOf(own))
    return [`${quote(child)} is not below ${quote(apex)}`, 'name a zone below this one'];
  const isSigned = signed.some((other) => {
    const known = parseName(other);
    return known instanceof Name && known.equals(name);
  });
  if (isSigned) return undefined;
  return [`${quote(child)} is not signed in this file`, didYouMean(child, signed, 'signed here are')];
}

function buildKey(key: DnssecFile['keys'][number], findings: Findings, path: Path): SigningKeyConfig {
  if (typeof key === 'string') {
    const name = key.replace(/\.(key|private)$/, '');
    const at = findings.has(path) ? path : path.slice(0, -1);
    return {
      kind: 'files',
      name,
      publicFile: findings.file(`${name}.key`, 'file', at),
      privateFile: findings.file(`${name}.private`, 'file', at),
    };
  }
  return {
    kind: 'made',
    role: key.make,
    algorithm: key.algorithm ?? 13,
    times: {
      publish: seconds(key.publish),
      activate: seconds(key.activate),
      inactive: seconds(key.inactive),
      delete: seconds(key.delete),
      syncPublish: seconds(key['sync-publish']),
      syncDelete: seconds(key['sync-delete']),
    },
    place: placeOf(findings.root, findings.has(path) ? path : path.slice(0, -1)),
  };
}

function seconds(us: number | undefined): number | undefined {
  return us === undefined ? undefined : Math.round(us / SECOND);
}
