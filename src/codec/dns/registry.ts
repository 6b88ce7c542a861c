/** RFC 1035 §3.2.2 and §3.2.3, and the IANA registry "Resource Record (RR) TYPEs": the types that code here names. */
export const Type = {
  A: 1,
  NS: 2,
  MD: 3,
  MF: 4,
  CNAME: 5,
  SOA: 6,
  MB: 7,
  MG: 8,
  MR: 9,
  NULL: 10,
  WKS: 11,
  PTR: 12,
  HINFO: 13,
  MINFO: 14,
  MX: 15,
  TXT: 16,
  RP: 17,
  AFSDB: 18,
  RT: 21,
  SIG: 24,
  KEY: 25,
  PX: 26,
  AAAA: 28,
  LOC: 29,
  NXT: 30,
  SRV: 33,
  NAPTR: 35,
  CERT: 37,
  DNAME: 39,
  OPT: 41,
  DS: 43,
  SSHFP: 44,
  IPSECKEY: 45,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  NSEC3: 50,
  NSEC3PARAM: 51,
  TLSA: 52,
  SMIMEA: 53,
  CDS: 59,
  CDNSKEY: 60,
  OPENPGPKEY: 61,
  CSYNC: 62,
  ZONEMD: 63,
  SVCB: 64,
  HTTPS: 65,
  SPF: 99,
  EUI48: 108,
  EUI64: 109,
  /** RFC 9824 §2: in a bitmap it says that the name does not exist; nobody owns a record of it. */
  NXNAME: 128,
  TKEY: 249,
  TSIG: 250,
  IXFR: 251,
  AXFR: 252,
  MAILB: 253,
  MAILA: 254,
  ANY: 255,
  URI: 256,
  CAA: 257,
} as const;

/** RFC 1035 §3.2.4 and §3.2.5; NONE is RFC 2136 §2.4. */
export const Class = { IN: 1, CH: 3, HS: 4, NONE: 254, ANY: 255 } as const;

/** RFC 1035 §4.1.1; NOTIFY RFC 1996 §3, UPDATE RFC 2136 §2.2. */
export const Opcode = { QUERY: 0, IQUERY: 1, STATUS: 2, NOTIFY: 4, UPDATE: 5 } as const;

/** RFC 1035 §4.1.1, RFC 2136 §2.2; BADVERS RFC 6891 §9. Above 15 the upper eight bits travel in OPT. */
export const Rcode = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  YXDOMAIN: 6,
  YXRRSET: 7,
  NXRRSET: 8,
  NOTAUTH: 9,
  NOTZONE: 10,
  BADVERS: 16,
  /** RFC 7873 §8. */
  BADCOOKIE: 23,
} as const;

const typeNames = namesByNumber(Type);
const classNames = namesByNumber(Class);
const opcodeNames = namesByNumber(Opcode);
const rcodeNames = namesByNumber(Rcode);
const typeNumbers = new Map<string, number>(Object.entries(Type));
const classNumbers = new Map<string, number>(Object.entries(Class));

/** `AAAA`, or `TYPE731` for a type without a name here: RFC 3597 §5. */
export function typeName(type: number): string {
  return typeNames.get(type) ?? `TYPE${type}`;
}

export function className(dnsClass: number): string {
  return classNames.get(dnsClass) ?? `CLASS${dnsClass}`;
}

export function opcodeName(opcode: number): string {
  return opcodeNames.get(opcode) ?? `OPCODE${opcode}`;
}

export function rcodeName(rcode: number): string {
  return rcodeNames.get(rcode) ?? `RCODE${rcode}`;
}

/** The number of `AAAA`, `aaaa` or `TYPE28`; undefined when it is neither. */
export function typeNumber(text: string): number | undefined {
  const word = text.toUpperCase();
  return typeNumbers.get(word) ?? genericNumber(word, 'TYPE');
}

export function classNumber(text: string): number | undefined {
  const word = text.toUpperCase();
  return classNumbers.get(word) ?? genericNumber(word, 'CLASS');
}

/** The names that a person may type, for "did you mean". */
export function typeWords(): Iterable<string> {
  return typeNumbers.keys();
}

/** RFC 3597 §5: the word, then the decimal number without anything between. */
function genericNumber(word: string, prefix: string): number | undefined {
  if (!word.startsWith(prefix) || !/^\d{1,5}$/.test(word.slice(prefix.length))) return undefined;
  const number = Number(word.slice(prefix.length));
  return number > 0xffff ? undefined : number;
}

function namesByNumber(numbers: Readonly<Record<string, number>>): Map<number, string> {
  return new Map(Object.entries(numbers).map(([name, number]) => [number, name]));
}
