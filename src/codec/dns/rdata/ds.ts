import { Type } from '../registry.ts';
import { hexRest, u16, u8 } from './field.ts';
import { rdataShape } from './shape.ts';

/** RFC 4034 §5.1. */
export const DS = rdataShape(Type.DS, [
  u16('key tag'),
  u8('algorithm'),
  u8('digest type'),
  hexRest('digest', 1),
]);
