/** A sub-option inside an option: code, length, value, as in options 43, 82, 122 and 125. */
export interface Suboption {
  readonly code: number;
  readonly octets: Uint8Array;
}

/** Where a sub-option's value starts; its length stands in the octet before. -1: not there, or cut off. */
export function suboptionAt(octets: Uint8Array, code: number, start = 0, end = octets.length): number {
  let at = start;
  while (at + 2 <= end) {
    const length = octets[at + 1] ?? 0;
    if (at + 2 + length > end) return -1;
    if (octets[at] === code) return at + 2;
    at += 2 + length;
  }
  return -1;
}

/** The value of the first sub-option with a code: a view. */
export function suboption(octets: Uint8Array, code: number): Uint8Array | undefined {
  const start = suboptionAt(octets, code);
  return start === -1 ? undefined : octets.subarray(start, start + (octets[start - 1] ?? 0));
}

/** All of them in order, as views; undefined when the octets are not whole sub-options. */
export function suboptionsOf(octets: Uint8Array): readonly Suboption[] | undefined {
  const found: Suboption[] = [];
  let at = 0;
  while (at < octets.length) {
    const length = octets[at + 1];
    if (length === undefined || at + 2 + length > octets.length) return undefined;
    found.push({ code: octets[at] ?? 0, octets: octets.subarray(at + 2, at + 2 + length) });
    at += 2 + length;
  }
  return found;
}

/** Each value is at most 255 octets: the caller's bound. */
export function encodeSuboptions(suboptions: readonly Suboption[]): Uint8Array {
  const octets: number[] = [];
  for (const { code, octets: value } of suboptions) octets.push(code, value.length, ...value);
  return Uint8Array.from(octets);
}
