import { readFileSync } from 'node:fs';
import { fromHex } from '../../src/core/bytes.ts';

/** The octets of `fixtures/packets/NAME.hex`: hex, then `#` and the field. */
export function packetFixture(name: string): Uint8Array {
  const text = readFileSync(new URL(`../../fixtures/packets/${name}.hex`, import.meta.url), 'utf8');
  return hex(text.replace(/#.*/g, ''));
}

export function hex(text: string): Uint8Array {
  const octets = fromHex(text);
  if (octets === undefined) throw new Error(`not hex: ${text}`);
  return octets;
}
