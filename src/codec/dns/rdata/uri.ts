import { Type } from '../registry.ts';
import { stringRest, u16 } from './field.ts';
import { rdataShape } from './shape.ts';

/** RFC 7553 §4.5. */
export const URI = rdataShape(Type.URI, [u16('priority'), u16('weight'), stringRest('target')]);
