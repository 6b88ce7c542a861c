import { Type } from '../registry.ts';
import { characterString, plainName, u16 } from './field.ts';
import { rdataShape } from './shape.ts';

/** RFC 3403 §4.1; decompressed when received (RFC 3597 §4). */
export const NAPTR = rdataShape(Type.NAPTR, [
  u16('order'),
  u16('preference'),
  characterString('flags'),
  characterString('services'),
  characterString('regexp'),
  plainName('replacement'),
]);
