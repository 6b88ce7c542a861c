import { toHex } from '../../../core/bytes.ts';
import { Type } from '../registry.ts';
import type { Field } from './field.ts';
import { rdataShape } from './shape.ts';

/** Octets as pairs of hexadecimal digits with hyphens between: RFC 7043 §3.2 and §4.2. */
function hyphenated(name: string, count: number): Field {
  const pattern = new RegExp(`^[0-9a-f]{2}(-[0-9a-f]{2}){${count - 1}}$`, 'i');
  return {
    name,
    fixedOctets: count,
    decode: (reader, into) => into.bytes(reader.take(count, name)),
    parse: (words, into) => {
      const word = words.take(name);
      if (!pattern.test(word.text))
        words.fail(word, `${name}: ${count} pairs of hexadecimal digits with hyphens between`);
      for (const pair of word.text.split('-')) into.u8(parseInt(pair, 16));
    },
    format: (stored) => toHex(stored.take(count, name), '-'),
  };
}

/** RFC 7043 §3.1. */
export const EUI48 = rdataShape(Type.EUI48, [hyphenated('address', 6)]);

/** RFC 7043 §4.1. */
export const EUI64 = rdataShape(Type.EUI64, [hyphenated('address', 8)]);
