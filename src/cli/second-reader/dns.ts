import { encode } from 'dns-packet';
import type { RecordType } from 'dns-packet';
import { askedType } from '../../api/query.ts';
import { safeText } from '../../api/report.ts';
import type { CheckedQuestion } from '../../api/query.ts';
import { secondReading } from './read.ts';

/**
 * A query as `dns-packet` builds it. Name and type have been judged by our codec, since it checks neither; a type that
 * it does not know would go out as type 0, so ours reads the query back and such a type is named by its number.
 */
export function buildQuery({ name, type, typeNumber }: CheckedQuestion, id: number): Uint8Array {
  const build = (word: string) => {
    const question = { type: word as RecordType, name, class: 'IN' } as const;
    return new Uint8Array(encode({ type: 'query', id, flags: RECURSION_DESIRED, questions: [question] }));
  };
  const query = build(type);
  return askedType(query) === typeNumber ? query : build(`UNKNOWN_${typeNumber}`);
}

const RECURSION_DESIRED = 0x100;

/** The parts of an answer that both readers name, as text. */
export interface DnsComparison {
  /** What `dns-packet` read. */
  readonly rcode: string;
  readonly flags: readonly string[];
  readonly answers: readonly string[];
}

interface Packet {
  readonly rcode: string;
  readonly flag_aa: boolean;
  readonly flag_tc: boolean;
  readonly flag_rd: boolean;
  readonly flag_ra: boolean;
  readonly flag_ad: boolean;
  readonly answers: readonly { name: string; ttl: number; class: string; type: string; data: unknown }[];
}

/** RFC 3597 §5 writes a type without a name as TYPE and its number, dns-packet otherwise. */
function typeWord(type: string): string {
  return type.replace(/^UNKNOWN_/, 'TYPE');
}

/** The reading of `dns-packet`, or why there is none. */
export async function readWithDnsPacket(octets: Uint8Array): Promise<DnsComparison | string> {
  const answer = await secondReading({ do: 'dns-packet', hex: Buffer.from(octets).toString('hex') }, 3_000);
  if ('trouble' in answer) return answer.trouble;
  const packet = answer.reading as Packet;
  return {
    rcode: packet.rcode,
    flags: (['aa', 'tc', 'rd', 'ra', 'ad'] as const).filter((flag) => packet[`flag_${flag}`]),
    answers: packet.answers.map(
      ({ name, ttl, class: dnsClass, type, data }) =>
        `${name}. ${ttl} ${dnsClass} ${typeWord(type)} ${typeof data === 'string' ? data : JSON.stringify(data)}`,
    ),
  };
}

/** What two readers of one answer disagree on: counts, codes, owners, TTLs and types; data where both write it alike. Safe to show. */
export function differences(ours: DnsComparison, theirs: DnsComparison): readonly string[] {
  const found: string[] = [];
  if (ours.rcode !== theirs.rcode) found.push(`rcode: ${ours.rcode}, dns-packet ${safeText(theirs.rcode)}`);
  if (ours.flags.join() !== theirs.flags.join())
    found.push(`flags: ${ours.flags.join(' ')}, dns-packet ${theirs.flags.join(' ')}`);
  if (ours.answers.length !== theirs.answers.length)
    found.push(`answers: ${ours.answers.length}, dns-packet ${theirs.answers.length}`);
  for (const [index, answer] of ours.answers.entries()) {
    const other = theirs.answers[index];
    if (other !== undefined && comparable(answer) !== comparable(other))
      found.push(`answer ${index + 1}: ${answer}, dns-packet ${safeText(other)}`);
  }
  return found;
}

const SAME_DATA: ReadonlySet<string | undefined> = new Set(['A', 'AAAA', 'CNAME', 'NS', 'PTR']);

function comparable(record: string): string {
  const words = record.toLowerCase().replace(/\.$/, '').split(' ');
  return words.slice(0, SAME_DATA.has(words[3]?.toUpperCase()) ? 5 : 4).join(' ');
}
