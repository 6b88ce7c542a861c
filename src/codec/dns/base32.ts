const DIGITS = '0123456789abcdefghijklmnopqrstuv';

/** Base 32 with the extended hex alphabet and no padding: RFC 4648 §7, as RFC 5155 §3.3 uses it. */
export function toBase32Hex(octets: Uint8Array): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const octet of octets) {
    held = (held << 8) | octet;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += DIGITS.charAt((held >>> bits) & 31);
    }
    held &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + DIGITS.charAt((held << (5 - bits)) & 31);
}

/** The octets of such a text in any case; undefined when it is something else, or its last bits are not zero. */
export function fromBase32Hex(text: string): Uint8Array | undefined {
  const octets = new Uint8Array(Math.floor((text.length * 5) / 8));
  let bits = 0;
  let held = 0;
  let count = 0;
  for (const character of text.toLowerCase()) {
    const digit = DIGITS.indexOf(character);
    if (digit < 0) return undefined;
    held = (held << 5) | digit;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    octets[count++] = held >>> bits;
    held &= (1 << bits) - 1;
  }
  // A digit more than the octets need, or bits that say nothing.
  return bits >= 5 || held !== 0 ? undefined : octets;
}
