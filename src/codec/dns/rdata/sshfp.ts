import { Type } from '../registry.ts';
import { hexRest, u8 } from './field.ts';
import { rdataShape } from './shape.ts';

/** RFC 4255 §3.1. */
export const SSHFP = rdataShape(Type.SSHFP, [u8('algorithm'), u8('fp type'), hexRest('fingerprint', 1)]);
