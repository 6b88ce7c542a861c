import { bug } from './errors.ts';

/** Why a decision was taken: one record of the catalogue, shared by ladder, JSON, captures, the log and `headend explain`. */
export interface Rule {
  /** Such as `HE-DHCP-014`: never reused, never renumbered. */
  readonly id: string;
  /** A small number for counters: protocol times 256 plus the id's number. */
  readonly index: number;
  /** One sentence in the present tense: what was decided. */
  readonly says: string;
  /** Why the standard or the practice asks for it, in one or two sentences. */
  readonly why: string;
  /** `RFC 2131 §4.3.1`, or the other document. */
  readonly source: string;
  /** What a learner or operator can run or look at to see it happen. */
  readonly tryIt: string;
  /** What to change when this was not wanted; empty when there is nothing to mend. */
  readonly fix: string;
}

export type RuleText = readonly [
  number: number,
  text: {
    readonly says: string;
    readonly why: string;
    readonly source: string;
    readonly tryIt: string;
    readonly fix?: string;
  },
];

/** The catalogue's protocols, in the order that numbers their rules. A new one is added at the end. */
const PROTOCOLS = [
  'DHCP',
  'RELAY',
  'TFTP',
  'TOD',
  'DNS',
  'MODEM',
  'CMTS',
  'HOST',
  'NET',
  'DOCSIS',
  'ZONE',
  'LIMIT',
  'FW',
  'NAT',
  'FTP',
  'ROUTE',
  'TSIG',
  'TRANSFER',
  'UPDATE',
  'DNSSEC',
  'HEALTH',
  'WEB',
  'RESOLVER',
  'FAULT',
  'CAUSE',
  'REPLAY',
] as const;
export type Protocol = (typeof PROTOCOLS)[number];

export const RULE_INDEXES = PROTOCOLS.length * 256;

/** Makes the rules of one protocol; the key is the name that code uses. */
export function defineRules<Name extends string>(
  protocol: Protocol,
  texts: Readonly<Record<Name, RuleText>>,
): Readonly<Record<Name, Rule>> {
  const rules = {} as Record<Name, Rule>;
  const seen = new Set<number>();
  for (const name of Object.keys(texts) as Name[]) {
    const [number, text] = texts[name];
    if (seen.has(number) || number < 1 || number > 255)
      bug(`HE-${protocol}-${number} is taken or out of range`);
    seen.add(number);
    rules[name] = {
      id: `HE-${protocol}-${String(number).padStart(3, '0')}`,
      index: PROTOCOLS.indexOf(protocol) * 256 + number,
      fix: '',
      ...text,
    };
  }
  return rules;
}
