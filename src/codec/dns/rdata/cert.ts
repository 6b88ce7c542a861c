import { Type } from '../registry.ts';
import { u16, u8 } from './field.ts';
import { base64Rest } from './security-field.ts';
import { rdataShape } from './shape.ts';

/** RFC 4398 §2; the type as its number, which §2.2 allows. */
export const CERT = rdataShape(Type.CERT, [
  u16('type'),
  u16('key tag'),
  u8('algorithm'),
  base64Rest('certificate', 1),
]);
