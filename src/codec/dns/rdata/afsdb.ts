import { Type } from '../registry.ts';
import { plainName, u16 } from './field.ts';
import { rdataShape } from './shape.ts';

/** RFC 1183 §1; decompressed when received (RFC 3597 §4). */
export const AFSDB = rdataShape(Type.AFSDB, [u16('subtype'), plainName('hostname')]);

/** RFC 1183 §3.3. */
export const RT = rdataShape(Type.RT, [u16('preference'), plainName('intermediate-host')]);
