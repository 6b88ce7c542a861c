import { Type } from '../registry.ts';
import { characterStrings } from './field.ts';
import { rdataShape } from './shape.ts';

/** RFC 1035 §3.3.14. */
export const TXT = rdataShape(Type.TXT, [characterStrings('txt-data')]);
