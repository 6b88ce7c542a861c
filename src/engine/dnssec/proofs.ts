import type { Name } from '../../codec/dns/name.ts';

/** What the verified records of a negative answer come to. */
export interface Proofs {
  /** The name has not the type: RFC 4035 §5.4; also where a wildcard stands for the name. */
  noData(name: Name, type: number): Finding;
  /** Neither the name nor a wildcard for it is there. */
  noName(name: Name): Finding;
  /** Whether a zone begins at the name, for which there is no DS. */
  isCut(name: Name): boolean;
  /** Nothing closer to the name is there than what the wildcard is a child of. */
  noCloser(name: Name, wildcard: Name): Finding;
}

/** `opt-out`: but for an unsigned cut that may be there (RFC 5155 §6). */
export type Finding = 'proved' | 'opt-out' | 'not-proved';
