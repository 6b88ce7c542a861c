import { Type } from '../registry.ts';
import { hexRest, u8 } from './field.ts';
import { rdataShape } from './shape.ts';

const FIELDS = [u8('certificate usage'), u8('selector'), u8('matching type'), hexRest('data', 1)];

/** RFC 6698 §2.1. */
export const TLSA = rdataShape(Type.TLSA, FIELDS);

/** RFC 8162 §2: the format of TLSA. */
export const SMIMEA = rdataShape(Type.SMIMEA, FIELDS);
