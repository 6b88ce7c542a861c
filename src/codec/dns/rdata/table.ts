import { A } from './a.ts';
import { AAAA } from './aaaa.ts';
import { AFSDB, RT } from './afsdb.ts';
import { CAA } from './caa.ts';
import { CNAME } from './cname.ts';
import { DNAME } from './dname.ts';
import { CDS, DS } from './ds.ts';
import { HINFO } from './hinfo.ts';
import { MB, MD, MF, MG, MR } from './mailbox.ts';
import { MINFO } from './minfo.ts';
import { MX } from './mx.ts';
import { NAPTR } from './naptr.ts';
import { NS } from './ns.ts';
import { PTR } from './ptr.ts';
import { PX } from './px.ts';
import { RP } from './rp.ts';
import type { RdataShape } from './shape.ts';
import { SOA } from './soa.ts';
import { SRV } from './srv.ts';
import { SSHFP } from './sshfp.ts';
import { SMIMEA, TLSA } from './tlsa.ts';
import { TXT } from './txt.ts';
import { URI } from './uri.ts';

const ALL: readonly RdataShape[] = [
  A,
  AAAA,
  AFSDB,
  CAA,
  CDS,
  CNAME,
  DNAME,
  DS,
  HINFO,
  MB,
  MD,
  MF,
  MG,
  MINFO,
  MR,
  MX,
  NAPTR,
  NS,
  PTR,
  PX,
  RP,
  RT,
  SMIMEA,
  SOA,
  SRV,
  SSHFP,
  TLSA,
  TXT,
  URI,
];

const SHAPES = new Map(ALL.map((shape) => [shape.type, shape]));

/** The shape of a type's rdata; undefined for a type unknown here, whose rdata is kept as it is. */
export function shapeOf(type: number): RdataShape | undefined {
  return SHAPES.get(type);
}
