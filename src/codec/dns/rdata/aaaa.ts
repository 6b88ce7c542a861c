import { Type } from '../registry.ts';
import { ipv6Address } from './field.ts';
import { rdataShape } from './shape.ts';

/** RFC 3596 §2.2. */
export const AAAA = rdataShape(Type.AAAA, [ipv6Address('address')]);
