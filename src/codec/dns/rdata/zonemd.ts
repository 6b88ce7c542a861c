import { Type } from '../registry.ts';
import { hexRest, u32, u8 } from './field.ts';
import { rdataShape } from './shape.ts';

/** RFC 8976 §2.2: a digest has 12 octets or more (§2.2.4). */
export const ZONEMD = rdataShape(Type.ZONEMD, [
  u32('serial'),
  u8('scheme'),
  u8('hash algorithm'),
  hexRest('digest', 12),
]);
