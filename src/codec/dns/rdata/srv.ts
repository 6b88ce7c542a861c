import { Type } from '../registry.ts';
import { plainName, u16 } from './field.ts';
import { rdataShape } from './shape.ts';

/** RFC 2782, the format of the SRV record; its target is not compressed. */
export const SRV = rdataShape(Type.SRV, [u16('priority'), u16('weight'), u16('port'), plainName('target')]);
