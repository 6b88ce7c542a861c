/** The UTF-8 octets of a text; a lone surrogate becomes U+FFFD. */
export function utf8Octets(text: string): Uint8Array {
  const octets: number[] = [];
  for (const character of text) {
    let point = character.codePointAt(0) ?? 0;
    if (point >= 0xd800 && point <= 0xdfff) point = 0xfffd;
    if (point < 0x80) octets.push(point);
    else if (point < 0x800) octets.push(0xc0 | (point >> 6), tail(point));
    else if (point < 0x10000) octets.push(0xe0 | (point >> 12), tail(point >> 6), tail(point));
    else octets.push(0xf0 | (point >> 18), tail(point >> 12), tail(point >> 6), tail(point));
  }
  return Uint8Array.from(octets);
}

function tail(point: number): number {
  return 0x80 | (point & 0x3f);
}

/** The text of UTF-8 octets; each octet that is not part of a well-formed sequence becomes U+FFFD. */
export function utf8Text(octets: Uint8Array): string {
  let text = '';
  for (let index = 0; index < octets.length;) {
    const end = asciiEnd(octets, index);
    if (end > index) {
      text += String.fromCharCode(...octets.subarray(index, end));
      index = end;
      continue;
    }
    const first = octets[index] ?? 0;
    const count =
      first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
    const point = count === 0 ? undefined : sequenceAt(octets, index, count);
    text += point === undefined ? '\ufffd' : String.fromCodePoint(point);
    index += point === undefined ? 1 : count;
  }
  return text;
}

/** What a call takes as arguments at one time. */
const RUN_MAX = 4_096;

/** Where the ASCII that begins at `index` ends, or as much of it as is taken at one time. */
function asciiEnd(octets: Uint8Array, index: number): number {
  const most = Math.min(octets.length, index + RUN_MAX);
  let end = index;
  while (end < most && (octets[end] ?? 0x80) < 0x80) end++;
  return end;
}

function sequenceAt(octets: Uint8Array, index: number, count: number): number | undefined {
  let point = (octets[index] ?? 0) & (count === 1 ? 0x7f : 0xff >> (count + 1));
  for (let k = 1; k < count; k++) {
    const next = octets[index + k];
    if (next === undefined || (next & 0xc0) !== 0x80) return undefined;
    point = (point << 6) | (next & 0x3f);
  }
  if (count === 3 && (point < 0x800 || (point >= 0xd800 && point <= 0xdfff))) return undefined;
  if (count === 4 && (point < 0x10000 || point > 0x10ffff)) return undefined;
  return point;
}

/** One character an octet, U+0000 to U+00FF: the reversible text of octets. */
export function latin1Text(octets: Uint8Array): string {
  let text = '';
  for (let index = 0; index < octets.length; index++) text += String.fromCharCode(octets[index] ?? 0);
  return text;
}

/** The octets of a text whose characters are all below U+0100; undefined otherwise. */
export function latin1Octets(text: string): Uint8Array | undefined {
  const octets = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code > 255) return undefined;
    octets[index] = code;
  }
  return octets;
}

/**
 * Hostile text made safe to show anywhere: C0, DEL, C1, line and paragraph separators, bidirectional controls, zero-width
 * and other invisible formats, lone surrogates and private use become `\xNN` or `\u{N}`; a backslash becomes `\\`.
 */
export function escapeText(text: string): string {
  return text.replace(HOSTILE, (character) => {
    if (character === '\\') return '\\\\';
    const point = character.codePointAt(0) ?? 0;
    return point < 256 ? `\\x${point.toString(16).padStart(2, '0')}` : `\\u{${point.toString(16)}}`;
  });
}

/** The same for text that may be escaped already: a backslash stays as it is. The last guard before a terminal. */
export function visibleText(text: string): string {
  return text.replace(HOSTILE, (character) => (character === '\\' ? character : escapeText(character)));
}

const HOSTILE = /[\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/gu;

/** Octets from a packet as text that is safe to show: UTF-8 where it is, `\xNN` where it is not. */
export function showOctets(octets: Uint8Array): string {
  const text = utf8Text(octets);
  if (!text.includes('\ufffd')) return escapeText(text);
  return escapeText(latin1Text(octets)).replace(
    /[\u0080-\u00ff]/g,
    (c) => `\\x${c.charCodeAt(0).toString(16)}`,
  );
}

/** The word of `words` nearest to `typed`, when near enough to be a slip of the finger: for "did you mean". */
export function nearest(typed: string, words: Iterable<string>): string | undefined {
  let best: { word: string; distance: number } | undefined;
  for (const word of words) {
    const distance = editDistance(typed.toLowerCase(), word.toLowerCase());
    if (
      distance <= Math.max(1, Math.floor(word.length / 3)) &&
      (best === undefined || distance < best.distance)
    )
      best = { word, distance };
  }
  return best?.word;
}

/** Optimal string alignment: insert, delete, replace, swap neighbours. Inputs are cut at 64 characters: bounded work. */
function editDistance(from: string, to: string): number {
  const a = from.slice(0, 64);
  const b = to.slice(0, 64);
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(rows[i - 1], j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let least = Math.min(replaced, at(rows[i - 1], j) + 1, at(row, j - 1) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, at(rows[i - 2], j - 2) + 1);
      row.push(least);
    }
    rows.push(row);
  }
  return at(rows[a.length], b.length);
}

function at(row: readonly number[] | undefined, index: number): number {
  return row?.[index] ?? 0;
}
