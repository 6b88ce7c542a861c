import { Type } from '../registry.ts';
import { plainName } from './field.ts';
import { rdataShape } from './shape.ts';

/** RFC 1183 §2.2; decompressed when received (RFC 3597 §4). */
export const RP = rdataShape(Type.RP, [plainName('mbox-dname'), plainName('txt-dname')]);
