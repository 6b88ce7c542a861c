const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** RFC 4648 §4, with padding. */
export function toBase64(octets: Uint8Array): string {
  let text = '';
  for (let at = 0; at < octets.length; at += 3) {
    const [a = 0, b = 0, c = 0] = octets.subarray(at, at + 3);
    const held = (a << 16) | (b << 8) | c;
    const digits = Math.min(octets.length - at, 3) + 1;
    for (let digit = 0; digit < 4; digit++)
      text += digit < digits ? DIGITS.charAt((held >>> (18 - digit * 6)) & 63) : '=';
  }
  return text;
}

const VALUES = new Int8Array(128).fill(-1);
for (let value = 0; value < 64; value++) VALUES[DIGITS.charCodeAt(value)] = value;

/** The octets of a text; undefined when it is not base 64, lacks its padding, or its last bits are not zero (RFC 4648 §3.5). */
export function fromBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const octets = new Uint8Array((text.length / 4) * 3 - padding);
  let held = 0;
  let count = 0;
  for (let index = 0; index < text.length; index++) {
    const isPadding = index >= text.length - padding;
    const value = isPadding ? 0 : (VALUES[text.charCodeAt(index)] ?? -1);
    if (value < 0) return undefined;
    held = (held << 6) | value;
    if (index % 4 !== 3) continue;
    for (let shift = 16; shift >= 0; shift -= 8) {
      const octet = (held >>> shift) & 255;
      if (count < octets.length) octets[count++] = octet;
      else if (octet !== 0) return undefined;
    }
    held = 0;
  }
  return octets;
}
