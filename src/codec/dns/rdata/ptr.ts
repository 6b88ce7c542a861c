import { Type } from '../registry.ts';
import { compressedName } from './field.ts';
import { rdataShape } from './shape.ts';

/** RFC 1035 §3.3.12. */
export const PTR = rdataShape(Type.PTR, [compressedName('ptrdname')]);
