import { Type } from '../registry.ts';
import { compressedName } from './field.ts';
import { rdataShape } from './shape.ts';

/** RFC 1035 §3.3.7. */
export const MINFO = rdataShape(Type.MINFO, [compressedName('rmailbx'), compressedName('emailbx')]);
