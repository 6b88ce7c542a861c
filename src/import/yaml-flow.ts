import type { Plain } from '../core/service.ts';

/** Words that YAML 1.2, or a reader of 1.1, takes for something else than text. */
const WORDS = /^(?:true|false|yes|no|on|off|null|nan|inf|y|n)$/i;
/** Text that is itself inside of brackets, too. */
const BARE = /^[A-Za-z_][A-Za-z0-9_./+*-]*$/;
const ADDRESS = /^\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,2}|-\d{1,3}(?:\.\d{1,3}){3})?$/;
const OWNER = /^[A-Za-z0-9-]*[A-Za-z-][A-Za-z0-9.-]*$/;

/** A text as YAML has it: bare where that reads as the same text, else in quotes. */
export function scalar(text: string): string {
  if (text.length <= 200 && !WORDS.test(text) && isBare(text)) return text;
  if (/^[\x20-\x7e]+$/.test(text) && !text.includes("'")) return `'${text}'`;
  return JSON.stringify(text).replace(UNSEEN, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** JSON lets these stand as they are; a person would not see them. */
const UNSEEN =
  /[\u007f-\u00a0\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\uffff\ud800-\udfff]/g;

function isBare(text: string): boolean {
  if (ADDRESS.test(text) || BARE.test(text)) return true;
  // 12e3 is a number, 3com-switch is none; a dash alone begins a list.
  return (
    OWNER.test(text) &&
    /^[0-9]/.test(text) &&
    !/^[0-9.]+(?:e[+-]?[0-9]*)?$/i.test(text) &&
    !/^0[xo]/i.test(text)
  );
}

/** A value on one line. */
export function flowValue(value: Plain): string {
  if (typeof value === 'string') return scalar(value);
  if (Array.isArray(value)) return `[${value.map((each: Plain) => flowValue(each)).join(', ')}]`;
  if (typeof value === 'object' && value !== null)
    return flowMap(Object.entries(value).map(([key, each]) => [key, flowValue(each)]));
  return JSON.stringify(value ?? null);
}

/** `{ a: 1, b: 2 }` of texts that are YAML already; what is undefined is left out. */
export function flowMap(entries: readonly (readonly [key: string, text: string | undefined])[]): string {
  const pairs = entries.flatMap(([key, text]) => (text === undefined ? [] : [`${scalar(key)}: ${text}`]));
  return `{ ${pairs.join(', ')} }`;
}
