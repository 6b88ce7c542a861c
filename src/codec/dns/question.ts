import type { Edns } from './edns.ts';
import { Flag } from './header.ts';
import type { DnsMessage } from './message.ts';
import { encodeMessage } from './message.ts';
import type { Name } from './name.ts';
import { Class, Opcode, Rcode } from './registry.ts';

/** A message with nothing in it, from which others are spread. */
export const EMPTY_MESSAGE: DnsMessage = {
  id: 0,
  opcode: Opcode.QUERY,
  flags: 0,
  rcode: Rcode.NOERROR,
  questions: [],
  answers: [],
  authorities: [],
  additionals: [],
};

/** A query of one question of class IN. `flags` left out: recursion is not wanted. */
export function encodeQuery(
  { qname, qtype }: { readonly qname: Name; readonly qtype: number },
  header: { readonly id: number; readonly flags?: number; readonly edns?: Edns | undefined },
): Uint8Array {
  return encodeMessage({ ...EMPTY_MESSAGE, ...header, questions: [{ qname, qtype, qclass: Class.IN }] });
}

/**
 * Whether a message answers a query of ours by its ID and its question: what does not is somebody else's, and the wait goes on
 * (RFC 5452 §9.1). A server that could not read the question may leave it out: RFC 1035 §4.1.1.
 */
export function isAnswerTo(
  message: DnsMessage,
  asked: { readonly id: number; readonly qname: Name; readonly qtype: number },
): boolean {
  if (message.id !== asked.id || (message.flags & Flag.QR) === 0 || message.opcode !== Opcode.QUERY)
    return false;
  const { questions } = message;
  const [question] = questions;
  if (question === undefined) return message.rcode === Rcode.FORMERR;
  return (
    questions.length === 1 &&
    question.qname.equals(asked.qname) &&
    question.qtype === asked.qtype &&
    question.qclass === Class.IN
  );
}
