import { Type } from '../registry.ts';
import { characterStrings } from './field.ts';
import { rdataShape } from './shape.ts';

const FIELDS = [characterStrings('txt-data')];

/** RFC 1035 §3.3.14. */
export const TXT = rdataShape(Type.TXT, FIELDS);

/** RFC 4408 §3.1.1; RFC 7208 §3.1 gave the type up for TXT. */
export const SPF = rdataShape(Type.SPF, FIELDS);
