import { Type } from '../registry.ts';
import { compressedName } from './field.ts';
import { rdataShape } from './shape.ts';

/** RFC 1035 §3.3.11. */
export const NS = rdataShape(Type.NS, [compressedName('nsdname')]);
