import { Type } from '../registry.ts';
import { compressedName } from './field.ts';
import { rdataShape } from './shape.ts';

/** RFC 1035 §3.3.3 to §3.3.8: one name each, obsolete or experimental, still expanded when received (RFC 3597 §4). */
export const MD = rdataShape(Type.MD, [compressedName('madname')]);
export const MF = rdataShape(Type.MF, [compressedName('madname')]);
export const MB = rdataShape(Type.MB, [compressedName('madname')]);
export const MG = rdataShape(Type.MG, [compressedName('mgmname')]);
export const MR = rdataShape(Type.MR, [compressedName('newname')]);
