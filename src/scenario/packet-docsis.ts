import type { Description } from './packet.ts';

interface MacMessageFacts {
  /** `RNG` or `REG`; `MAC` for any other message. */
  readonly protocol: string;
  readonly read: () => Description;
}

/** Where the type stands in a MAC management message (MULPI §6.4.1): after the MAC header, addresses, length, LLC, version. */
const TYPE_AT = 24;

const TYPES: Readonly<Record<number, readonly [protocol: string, kind: string]>> = {
  4: ['RNG', 'REQ'],
  5: ['RNG', 'RSP'],
  6: ['REG', 'REQ'],
  7: ['REG', 'RSP'],
  14: ['REG', 'ACK'],
  44: ['REG', 'REQ'],
  45: ['REG', 'RSP'],
};

/** Ranging and registration, by the type alone. */
export function describeMacMessage(octets: Uint8Array): MacMessageFacts {
  const type = octets[TYPE_AT] ?? 0;
  const [protocol, kind] = TYPES[type] ?? ['MAC', String(type)];
  return { protocol, read: () => ({ kind, fields: new Map() }) };
}
