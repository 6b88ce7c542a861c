import { decodeMessage } from '../codec/dns/message.ts';
import { parseName } from '../codec/dns/name.ts';
import { typeNumber, typeWords } from '../codec/dns/registry.ts';
import { nearest } from '../core/text.ts';
import { UsageError } from './failure.ts';

export interface CheckedQuestion {
  /** Without the root's dot. */
  readonly name: string;
  readonly type: string;
  readonly typeNumber: number;
}

/** A question as a person types it, judged: a name of legal labels and a type that has a name or a number. */
export function checkQuestion(name: string, type: string): CheckedQuestion {
  const parsed = parseName(name.endsWith('.') ? name : `${name}.`);
  if ('fault' in parsed) throw new UsageError(`"${name.slice(0, 80)}" is not a name: write ${parsed.fault}`);
  if (name.includes('\\'))
    throw new UsageError('dns-packet, which builds this query, cannot write escapes in a name');
  const number = typeNumber(type);
  if (number !== undefined)
    return { name: name.replace(/\.$/, ''), type: type.toUpperCase(), typeNumber: number };
  const near = nearest(type.toUpperCase(), typeWords());
  const hint = near === undefined ? 'write A, MX or TYPE65' : `did you mean ${near}?`;
  throw new UsageError(`"${type.slice(0, 20)}" is not a record type: ${hint}`);
}

/** The type that a query asks for, as we read it. */
export function askedType(query: Uint8Array): number | undefined {
  return decodeMessage(query).questions[0]?.qtype;
}
