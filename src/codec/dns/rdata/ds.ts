import { Type } from '../registry.ts';
import { hexRest, u16, u8 } from './field.ts';
import { rdataShape } from './shape.ts';

const FIELDS = [u16('key tag'), u8('algorithm'), u8('digest type'), hexRest('digest', 1)];

/** RFC 4034 §5.1. */
export const DS = rdataShape(Type.DS, FIELDS);

/** RFC 7344 §3.1: the format of DS, published by the child. */
export const CDS = rdataShape(Type.CDS, FIELDS);
