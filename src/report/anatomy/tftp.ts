import { u16At } from '../../core/bytes.ts';
import { showOctets } from '../../core/text.ts';
import { Opcode } from '../../codec/tftp/packet.ts';
import { hexText, Marks } from './marks.ts';
import type { Layer } from './marks.ts';

const NAMES: readonly (readonly [code: number, name: string])[] = Object.entries(Opcode).map(
  ([name, code]) => [code, name.toUpperCase()],
);

/** RFC 1350 §5, figures 5-1 to 5-4; RFC 2347 for options. */
export function tftpLayer(octets: Uint8Array, at: number): Layer {
  const marks = new Marks(octets);
  const end = octets.length;
  const opcode = end - at >= 2 ? u16At(octets, at) : 0;
  const name = NAMES.find(([code]) => code === opcode)?.[1] ?? `opcode ${opcode}`;
  marks.add('opcode', { offset: at, length: 2 }, `${opcode}, ${name}`);
  if (opcode === Opcode.rrq || opcode === Opcode.wrq) addTexts(marks, at + 2, ['file', 'mode']);
  else if (opcode === Opcode.oack) addTexts(marks, at + 2, []);
  else if (opcode === Opcode.error) {
    marks.add('error code', { offset: at + 2, length: 2 }, String(number(octets, at + 2)));
    addTexts(marks, at + 4, ['message']);
  } else if (end - at >= 4) {
    marks.add('block', { offset: at + 2, length: 2 }, String(number(octets, at + 2)));
    if (end > at + 4)
      marks.add('data', { offset: at + 4, length: end - at - 4 }, hexText(octets.subarray(at + 4)));
  }
  return marks.layer('TFTP', name, at, end - at);
}

function number(octets: Uint8Array, at: number): number {
  return at + 2 <= octets.length ? u16At(octets, at) : 0;
}

/** Texts that end in a NUL: first those that have a place of their own, then options in pairs of name and value. */
function addTexts(marks: Marks, from: number, names: readonly string[]): void {
  const { octets } = marks;
  let at = from;
  const next = (): { readonly offset: number; readonly length: number; readonly text: string } => {
    const nul = octets.indexOf(0, at);
    const end = nul < 0 ? octets.length : nul;
    const offset = at;
    at = Math.min(end + 1, octets.length);
    return { offset, length: at - offset, text: showOctets(octets.subarray(offset, end)) };
  };
  for (const name of names) {
    if (at >= octets.length) return;
    const { text, ...place } = next();
    marks.add(name, place, text);
  }
  while (at < octets.length) {
    const option = next();
    const value = at < octets.length ? next() : { length: 0, text: '' };
    const place = { offset: option.offset, length: option.length + value.length };
    marks.add(`option ${option.text}`, place, value.text);
  }
}
