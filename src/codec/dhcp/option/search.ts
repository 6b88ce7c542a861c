import { latin1Octets, latin1Text } from '../../../core/text.ts';

/** RFC 1035 §2.3.4. */
const LABEL_OCTETS_MAX = 63;
const NAME_OCTETS_MAX = 255;

/**
 * The names of option 119, without the final dot; undefined when one is cut off, too long, or points elsewhere than back.
 * RFC 3397 §2: pointers count from the start of the option's whole value.
 */
export function searchNamesOf(octets: Uint8Array): readonly string[] | undefined {
  const names: string[] = [];
  let at = 0;
  while (at < octets.length) {
    const read = nameAt(octets, at);
    if (read === undefined) return undefined;
    names.push(read.name);
    at = read.next;
  }
  return names;
}

/** One name as labels from `start` on. Each pointer must lead further back than the last: bounded work. */
export function nameAt(
  octets: Uint8Array,
  start: number,
): { readonly name: string; readonly next: number } | undefined {
  const labels: string[] = [];
  let at = start;
  let bound = start;
  let next: number | undefined;
  let total = 0;
  for (;;) {
    const length = octets[at];
    if (length === undefined) return undefined;
    if (length === 0) return { name: labels.join('.'), next: next ?? at + 1 };
    if (length >= 0xc0) {
      const to = ((length & 0x3f) << 8) | (octets[at + 1] ?? 0);
      if (at + 2 > octets.length || to >= bound) return undefined;
      next ??= at + 2;
      bound = to;
      at = to;
      continue;
    }
    total += 1 + length;
    if (length > LABEL_OCTETS_MAX || total >= NAME_OCTETS_MAX || at + 1 + length > octets.length)
      return undefined;
    labels.push(latin1Text(octets.subarray(at + 1, at + 1 + length)));
    at += 1 + length;
  }
}

/** The names uncompressed (compression is the sender's choice: RFC 3397 §2); undefined when one is not a domain name. */
export function encodeSearchNames(names: readonly string[]): Uint8Array | undefined {
  const octets: number[] = [];
  for (const name of names) {
    const labels = encodeName(name);
    if (labels === undefined) return undefined;
    octets.push(...labels);
  }
  return Uint8Array.from(octets);
}

/** RFC 1035 §3.1: labels and a final zero. A final dot in the text is optional. */
export function encodeName(name: string): Uint8Array | undefined {
  const octets: number[] = [];
  const text = name.endsWith('.') ? name.slice(0, -1) : name;
  if (text === '') return undefined;
  for (const label of text.split('.')) {
    const value = latin1Octets(label);
    if (value === undefined || value.length === 0 || value.length > LABEL_OCTETS_MAX) return undefined;
    octets.push(value.length, ...value);
  }
  octets.push(0);
  return octets.length > NAME_OCTETS_MAX ? undefined : Uint8Array.from(octets);
}
