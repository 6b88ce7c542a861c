import { Type } from '../registry.ts';
import { base64Rest } from './security-field.ts';
import { rdataShape } from './shape.ts';

/** RFC 7929 §2.1. */
export const OPENPGPKEY = rdataShape(Type.OPENPGPKEY, [base64Rest('public key', 1)]);
