import { Type } from '../registry.ts';
import { ipv4Address } from './field.ts';
import { rdataShape } from './shape.ts';

/** RFC 1035 §3.4.1. */
export const A = rdataShape(Type.A, [ipv4Address('address')]);
