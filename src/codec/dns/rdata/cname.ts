import { Type } from '../registry.ts';
import { compressedName } from './field.ts';
import { rdataShape } from './shape.ts';

/** RFC 1035 §3.3.1. */
export const CNAME = rdataShape(Type.CNAME, [compressedName('cname')]);
