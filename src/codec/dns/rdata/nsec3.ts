import { Type } from '../registry.ts';
import { u16, u8 } from './field.ts';
import { nextHash, salt, typeBitmap } from './security-field.ts';
import { rdataShape } from './shape.ts';

const PARAMETERS = [u8('hash algorithm'), u8('flags'), u16('iterations'), salt('salt')];

/** RFC 5155 §3.2. */
export const NSEC3 = rdataShape(Type.NSEC3, [
  ...PARAMETERS,
  nextHash('next hashed owner name'),
  typeBitmap('type bit maps'),
]);

/** RFC 5155 §4.2. */
export const NSEC3PARAM = rdataShape(Type.NSEC3PARAM, PARAMETERS);
