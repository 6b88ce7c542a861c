import { Type } from '../registry.ts';
import { plainName, u16 } from './field.ts';
import { rdataShape } from './shape.ts';

/** RFC 2163 §4; decompressed when received (RFC 3597 §4). */
export const PX = rdataShape(Type.PX, [u16('preference'), plainName('map822'), plainName('mapx400')]);
