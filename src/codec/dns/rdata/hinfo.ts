import { Type } from '../registry.ts';
import { characterString } from './field.ts';
import { rdataShape } from './shape.ts';

/** RFC 1035 §3.3.2. */
export const HINFO = rdataShape(Type.HINFO, [characterString('cpu'), characterString('os')]);
