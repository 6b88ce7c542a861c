/** The numbers of a $GENERATE: `start-stop` or `start-stop/step`, both ends too. */
export interface GenerateRange {
  readonly start: number;
  readonly stop: number;
  readonly step: number;
}

const NUMBER_MAX = 2 ** 31 - 1;

export function parseRange(text: string): GenerateRange | undefined {
  const parts = /^(\d{1,10})-(\d{1,10})(?:\/(\d{1,10}))?$/.exec(text);
  if (parts === null) return undefined;
  const [start = 0, stop = 0, step = 1] = parts
    .slice(1)
    .map((part) => (part === undefined ? 1 : Number(part)));
  return step < 1 || stop < start || stop > NUMBER_MAX ? undefined : { start, stop, step };
}

export function rangeCount({ start, stop, step }: GenerateRange): number {
  return Math.floor((stop - start) / step) + 1;
}

/** `{offset,width,base}` behind a `$`; width and base may be left out. */
const MODIFIER = /^\{(-?\d{1,10})(?:,(\d{1,3})(?:,([doxXnN]))?)?\}/;

/** One pattern with `$`, `${offset,width,base}`, `$$` and `\$`, ready for each number. */
export type GeneratePattern = (value: number) => string | undefined;

/** Undefined: a brace that does not belong there. The pattern gives undefined for a number below zero. */
export function parsePattern(text: string): GeneratePattern | undefined {
  const parts: (string | ((value: number) => string | undefined))[] = [];
  let plain = '';
  for (let at = 0; at < text.length;) {
    const character = text.charAt(at);
    if (character === '\\' || text.startsWith('$$', at)) {
      // An escape goes on as it is; `$$` is one dollar sign, which a name has escaped.
      plain += character === '\\' ? text.slice(at, at + 2) : '\\$';
      at += 2;
    } else if (character !== '$') {
      plain += character;
      at++;
    } else {
      const modifier = MODIFIER.exec(text.slice(at + 1));
      if (modifier === null && text[at + 1] === '{') return undefined;
      parts.push(plain, formatter(modifier ?? ['', '0']));
      plain = '';
      at += 1 + (modifier?.[0].length ?? 0);
    }
  }
  parts.push(plain);
  return (value) => {
    let out = '';
    for (const part of parts) {
      const piece = typeof part === 'string' ? part : part(value);
      if (piece === undefined) return undefined;
      out += piece;
    }
    return out;
  };
}

const RADIX: Readonly<Record<string, number>> = { d: 10, o: 8, x: 16, X: 16 };

function formatter([, offset = '0', width = '0', base = 'd']: readonly (string | undefined)[]): (
  value: number,
) => string | undefined {
  return (value) => {
    const number = value + Number(offset);
    if (number < 0) return undefined;
    if (base === 'n' || base === 'N') return nibbles(number, Number(width), base);
    const digits = number.toString(RADIX[base]).padStart(Number(width), '0');
    return base === 'X' ? digits.toUpperCase() : digits;
  };
}

/** Hexadecimal digits from the lowest, a dot between each two, as ip6.arpa has them; the width counts the dots too. */
function nibbles(value: number, width: number, base: 'n' | 'N'): string {
  let text = '';
  let left = value;
  do {
    const digit = (left % 16).toString(16);
    text += base === 'N' ? digit.toUpperCase() : digit;
    left = Math.floor(left / 16);
    if (left > 0 || text.length < width) text += '.';
  } while (left > 0 || text.length < width);
  return text;
}
