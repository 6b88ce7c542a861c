import { Type } from '../registry.ts';
import { u16, u32 } from './field.ts';
import { typeBitmap } from './security-field.ts';
import { rdataShape } from './shape.ts';

/** RFC 7477 §2.1. */
export const CSYNC = rdataShape(Type.CSYNC, [u32('SOA serial'), u16('flags'), typeBitmap('type bit map')]);
