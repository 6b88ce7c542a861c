import { Type } from '../registry.ts';
import { compressedName, u16 } from './field.ts';
import { rdataShape } from './shape.ts';

/** RFC 1035 §3.3.9. */
export const MX = rdataShape(Type.MX, [u16('preference'), compressedName('exchange')]);
