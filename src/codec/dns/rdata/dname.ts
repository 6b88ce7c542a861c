import { Type } from '../registry.ts';
import { plainName } from './field.ts';
import { rdataShape } from './shape.ts';

/** RFC 6672 §2.1; not compressed (§2.5). */
export const DNAME = rdataShape(Type.DNAME, [plainName('target')]);
