import { Type } from '../registry.ts';
import { stringRest, tagString, u8 } from './field.ts';
import { rdataShape } from './shape.ts';

/** RFC 8659 §4.1. */
export const CAA = rdataShape(Type.CAA, [u8('flags'), tagString('tag'), stringRest('value')]);
