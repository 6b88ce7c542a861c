import { latin1Octets } from '../../core/text.ts';

const STAR = 0x2a;
const ANY_ONE = 0x3f;

/** A glob over the octets of option 60: `*` is any run, `?` any one octet, all else itself. Case counts. */
export class ClassPattern {
  readonly #glob: Uint8Array | undefined;

  /** With a character beyond U+00FF, which no octet is, it matches nothing. */
  constructor(glob: string) {
    this.#glob = latin1Octets(glob);
  }

  /** Work is at most the product of the two lengths, both at most a few hundred. */
  matches(octets: Uint8Array): boolean {
    const glob = this.#glob;
    if (glob === undefined) return false;
    let at = 0;
    let globAt = 0;
    let starAt = -1;
    let resumeAt = 0;
    while (at < octets.length) {
      if (globAt < glob.length && glob[globAt] === STAR) {
        starAt = globAt++;
        resumeAt = at;
      } else if (globAt < glob.length && (glob[globAt] === ANY_ONE || glob[globAt] === octets[at])) {
        globAt++;
        at++;
      } else if (starAt !== -1) {
        globAt = starAt + 1;
        at = ++resumeAt;
      } else {
        return false;
      }
    }
    while (glob[globAt] === STAR) globAt++;
    return globAt === glob.length;
  }
}

/** RFC 3004 §4: each class has its length before it. Much firmware, iPXE too, sends its one class bare. */
export function isOfUserClass(octets: Uint8Array, pattern: ClassPattern): boolean {
  if (octets.length === 0) return false;
  if (pattern.matches(octets)) return true;
  let at = 0;
  while (at < octets.length) {
    const end = at + 1 + (octets[at] ?? 0);
    if (end === at + 1 || end > octets.length) return false;
    if (pattern.matches(octets.subarray(at + 1, end))) return true;
    at = end;
  }
  return false;
}
