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
import { SPF, TXT } from './txt.ts';
import { URI } from './uri.ts';

import { CERT } from './cert.ts';
import { CSYNC } from './csync.ts';
import { EUI48, EUI64 } from './eui.ts';
import { LOC } from './loc.ts';
import { NSEC } from './nsec.ts';
import { NSEC3, NSEC3PARAM } from './nsec3.ts';
import { OPENPGPKEY } from './openpgpkey.ts';
import { RRSIG } from './rrsig.ts';
import { HTTPS, SVCB } from './svcb.ts';
import { ZONEMD } from './zonemd.ts';
import { CDNSKEY, DNSKEY } from './dnskey.ts';
const ALL: readonly RdataShape[] = [
  A,
  AAAA,
  AFSDB,
  CAA,
  CDNSKEY,
  CDS,
  CERT,
  CNAME,
  CSYNC,
  DNAME,
  DNSKEY,
  DS,
  EUI48,
  EUI64,
  HINFO,
  HTTPS,
  LOC,
  MB,
  MD,
  MF,
  MG,
  MINFO,
  MR,
  MX,
  NAPTR,
  NS,
  NSEC,
  NSEC3,
  NSEC3PARAM,
  OPENPGPKEY,
  PTR,
  PX,
  RP,
  RRSIG,
  RT,
  SMIMEA,
  SOA,
  SRV,
  SPF,
  SSHFP,
  SVCB,
  TLSA,
  TXT,
  URI,
  ZONEMD,
];

const SHAPES = new Map(ALL.map((shape) => [shape.type, shape]));

/** The shape of a type's rdata; undefined for a type unknown here, whose rdata is kept as it is. */
export function shapeOf(type: number): RdataShape | undefined {
  return SHAPES.get(type);
}
