import type { Reader, Writer } from '../../../core/bytes.ts';
import { DecodeError } from '../../../core/errors.ts';
import { Type } from '../registry.ts';
import { type Word, type Words, wordOctets } from '../words.ts';
import { type Field, plainName, quoteString, u16 } from './field.ts';
import { rdataShape } from './shape.ts';
import { SvcParamKey, mandatoryKeys, svcParamForm, svcParamKey, svcParamName } from './svcb-params.ts';

/** RFC 9460 §2.2: key, length, value, the keys strictly ascending. */
const params: Field = {
  name: 'SvcParams',
  decode: (reader, into) => {
    let last = -1;
    while (reader.left > 0) {
      const at = reader.offset;
      const key = reader.u16('SvcParamKey');
      if (key <= last) throw new DecodeError('malformed', 'SvcParamKey: order', at);
      last = key;
      const value = reader.take(reader.u16('SvcParamValue'), 'SvcParamValue');
      // §2.2: what a key says of its value is checked by the client that uses it; what came is kept.
      put(into, key, value);
    }
  },
  parse: (words, into) => {
    const values = new Map<number, Uint8Array>();
    const first = words.peek();
    while (words.left > 0) parseParam(words, values);
    if (first !== undefined) checkTogether(words, first, values);
    for (const key of Array.from(values.keys()).sort((a, b) => a - b))
      put(into, key, values.get(key) ?? NONE);
  },
  format: (stored) => {
    const texts: string[] = [];
    while (stored.left > 0) {
      const text = formatParam(stored);
      if (text === undefined) return undefined;
      texts.push(text);
    }
    return texts.join(' ');
  },
};

const NONE = new Uint8Array(0);

const FIELDS = [u16('SvcPriority'), plainName('TargetName'), params];

/** RFC 9460 §2.2: the target's name is never compressed. */
export const SVCB = rdataShape(Type.SVCB, FIELDS);

/** RFC 9460 §9: the same, for https and http. */
export const HTTPS = rdataShape(Type.HTTPS, FIELDS);

function put(into: Writer, key: number, value: Uint8Array): void {
  into.u16(key);
  into.u16(value.length);
  into.bytes(value);
}

/** RFC 9460 §2.1: `key`, `key=value` or `key="value"`. */
function parseParam(words: Words, values: Map<number, Uint8Array>): void {
  const word = words.take('a parameter such as alpn=h2');
  const equals = word.text.indexOf('=');
  const name = (equals < 0 ? word.text : word.text.slice(0, equals)).toLowerCase();
  const key = word.quoted ? undefined : svcParamKey(name);
  if (key === undefined) return words.fail(word, 'a parameter such as alpn=h2, or key667=value');
  if (values.has(key)) words.fail(word, `${svcParamName(key)} once: RFC 9460 §2.1`);
  const written = equals < 0 ? '' : word.text.slice(equals + 1) + quotedBehind(words, word);
  const form = svcParamForm(key);
  const value = wordOctets(written);
  const parsed = value && form.parse(value);
  if (parsed === undefined) return words.fail(word, `${svcParamName(key)}: ${form.expected}`);
  values.set(key, parsed);
}

/** The text in quotes that stands right behind the equals sign. */
function quotedBehind(words: Words, word: Word): string {
  const next = words.peek();
  const isJoined =
    word.text.endsWith('=') &&
    next?.quoted === true &&
    next.line === word.line &&
    next.column === word.column + word.text.length;
  return isJoined ? words.take('a value').text : '';
}

/** RFC 9460 §8 and §7.1.1: what is mandatory is there, and no-default-alpn stands beside alpn. */
function checkTogether(words: Words, first: Word, values: ReadonlyMap<number, Uint8Array>): void {
  for (const key of mandatoryKeys(values.get(SvcParamKey.MANDATORY) ?? NONE))
    if (!values.has(key)) words.fail(first, `${svcParamName(key)}, which mandatory names`);
  if (values.has(SvcParamKey.NO_DEFAULT_ALPN) && !values.has(SvcParamKey.ALPN))
    words.fail(first, 'alpn beside no-default-alpn');
}

/** Undefined for a value that its key does not allow. */
function formatParam(stored: Reader): string | undefined {
  const key = stored.u16('SvcParamKey');
  const value = stored.take(stored.u16('SvcParamValue'), 'SvcParamValue');
  const form = svcParamForm(key);
  if (!form.check(value)) return undefined;
  const octets = form.format(value);
  return octets.length === 0 ? svcParamName(key) : `${svcParamName(key)}=${quoteString(octets)}`;
}
