import { A } from './a.ts';
import { AAAA } from './aaaa.ts';
import { CNAME } from './cname.ts';
import { DNAME } from './dname.ts';
import { DS } from './ds.ts';
import { HINFO } from './hinfo.ts';
import { MB, MD, MF, MG, MR } from './mailbox.ts';
import { MINFO } from './minfo.ts';
import { MX } from './mx.ts';
import { NS } from './ns.ts';
import { PTR } from './ptr.ts';
import type { RdataShape } from './shape.ts';
import { SOA } from './soa.ts';
import { SRV } from './srv.ts';
import { TXT } from './txt.ts';

const SHAPES = new Map<number, RdataShape>(
  [A, AAAA, CNAME, DNAME, DS, HINFO, MB, MD, MF, MG, MR, MINFO, MX, NS, PTR, SOA, SRV, TXT].map((shape) => [
    shape.type,
    shape,
  ]),
);

/** The shape of a type's rdata; undefined for a type unknown here, whose rdata is kept as it is. */
export function shapeOf(type: number): RdataShape | undefined {
  return SHAPES.get(type);
}
