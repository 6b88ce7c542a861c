const CR = 13;
const LF = 10;

/**
 * The shared secret in a key file: its octets as they are, without the line ends that editors add at the end. What is
 * left may be empty: the empty key is legal and in use. HMAC itself hashes a key of more than 64 octets (RFC 2104 §2).
 */
export function secretFromFile(octets: Uint8Array): Uint8Array {
  let end = octets.length;
  while (end > 0 && (octets[end - 1] === LF || octets[end - 1] === CR)) end--;
  return octets.slice(0, end);
}
