import { Type } from '../registry.ts';
import { plainName } from './field.ts';
import { typeBitmap } from './security-field.ts';
import { rdataShape } from './shape.ts';

/** RFC 4034 §4.1. */
export const NSEC = rdataShape(Type.NSEC, [plainName('next domain name'), typeBitmap('type bit maps')]);
