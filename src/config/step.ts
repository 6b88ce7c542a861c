import { bug } from '../core/errors.ts';
import { nearest } from '../core/text.ts';
import { protocolWords, PROTOCOL_NAMES } from './vocabulary.ts';

/** One line of a sequence. */
export type Step = PacketStep | StateStep | RuleStep;

export interface PacketStep {
  readonly kind: 'packet';
  /** As written. */
  readonly text: string;
  /** Such as `DHCP`. */
  readonly protocol: string;
  /** Such as `OFFER`; undefined: any. */
  readonly packet: string | undefined;
  /** Names of groups, hosts or services, or `*` for anybody. */
  readonly from: NameInText;
  readonly to: NameInText;
  readonly fields: readonly FieldMatch[];
}

interface StateStep {
  readonly kind: 'state';
  readonly text: string;
  readonly who: NameInText;
  readonly state: string;
}

/** `RULE who HE-FW-002 words ...`: a host decided by a rule, and said these words about it. */
interface RuleStep {
  readonly kind: 'rule';
  readonly text: string;
  readonly who: NameInText;
  readonly rule: string;
  readonly words: readonly string[];
}

export interface NameInText {
  readonly name: string;
  /** From 0, in the step's text. */
  readonly offset: number;
}

/** `name=value`, `name=$capture` (the first time it is kept, then it must be equal), or `name` alone: it is there. */
interface FieldMatch {
  readonly name: string;
  readonly match:
    | { readonly kind: 'is'; readonly value: string }
    | { readonly kind: 'capture'; readonly name: string }
    | { readonly kind: 'present' };
}

export interface StepMistake {
  /** From 0, in the step's text. */
  readonly offset: number;
  readonly message: string;
  readonly hint: string;
}

const SHAPE =
  'PROTOCOL KIND from>to field=value ..., such as "DHCP OFFER dhcp>cmts yiaddr=$ip", STATE who state, or RULE who HE-FW-002';

/** Reads one step; the first mistake in it, when it has one. */
export function parseStep(text: string): Step | StepMistake {
  const words = wordsOf(text);
  const first = words[0];
  if (first === undefined) return { offset: 0, message: 'the step is empty', hint: `write ${SHAPE}` };
  if (first.text === 'STATE') return parseState(text, words);
  if (first.text === 'RULE') return parseRule(text, words);
  const protocol = protocolWords(first.text);
  if (protocol === undefined) return unknownProtocol(first);
  let index = 1;
  let packet: string | undefined;
  const second = words[index];
  if (second !== undefined && !second.text.includes('>')) {
    if (!protocol.kinds.includes(second.text)) return unknownKind(first.text, second);
    packet = second.text;
    index++;
  }
  const way = words[index];
  const ends = way && /^([^>=]+)>([^>=]+)$/.exec(way.text);
  if (way === undefined || !ends) {
    const offset = way?.offset ?? text.length;
    return { offset, message: 'a step says who sends to whom', hint: `write ${SHAPE}` };
  }
  const [, from = '', to = ''] = ends;
  const fields: FieldMatch[] = [];
  for (const word of words.slice(index + 1)) {
    const field = parseField(first.text, word);
    if ('message' in field) return field;
    fields.push(field);
  }
  return {
    kind: 'packet',
    text,
    protocol: first.text,
    packet,
    from: { name: from, offset: way.offset },
    to: { name: to, offset: way.offset + from.length + 1 },
    fields,
  };
}

/** Reads a packet that a fault means: a step's line, whose `from>to` may be left out, without captures. */
export function parsePacket(text: string): PacketStep | StepMistake {
  const words = wordsOf(text);
  if (words[0]?.text === 'STATE' || words[0]?.text === 'RULE')
    return { offset: 0, message: 'this is no packet', hint: `write ${SHAPE_OF_PACKET}` };
  // Protocol and kind are in capitals; what comes behind them is `from>to` or the first field.
  const kinds = words.slice(0, 2).filter((word) => /^[A-Z][A-Z0-9-]*$/.test(word.text)).length;
  const isShort = kinds > 0 && !words.slice(0, 3).some((word) => /^[^=]*>/.test(word.text));
  const at = isShort ? (words[kinds]?.offset ?? text.length) : text.length;
  const step = parseStep(isShort ? `${text.slice(0, at)} *>* ${text.slice(at)}` : text);
  const back = (offset: number): number => (offset > at ? Math.max(at, offset - ANYBODY.length) : offset);
  if ('message' in step) return { ...step, offset: back(step.offset) };
  if (step.kind !== 'packet') return bug('what is no packet has been refused');
  const capture = step.fields.find(({ match }) => match.kind === 'capture');
  if (capture === undefined) return { ...step, text };
  const offset = text.indexOf(`${capture.name}=$`);
  return { offset, message: `nothing has been kept to compare ${capture.name} with`, hint: 'write a value' };
}

const ANYBODY = ' *>* ';
const SHAPE_OF_PACKET = 'PROTOCOL KIND from>to field=value ..., such as "DHCP OFFER dhcp>cm[1]"';

interface Word {
  readonly text: string;
  readonly offset: number;
}

function wordsOf(text: string): Word[] {
  return [...text.matchAll(/\S+/g)].map((match) => ({ text: match[0], offset: match.index }));
}

function parseState(text: string, words: readonly Word[]): Step | StepMistake {
  const [, who, state, extra] = words;
  if (who === undefined || state === undefined)
    return {
      offset: text.length,
      message: 'a STATE step names who and the state',
      hint: 'write STATE who state, such as STATE cm operational',
    };
  if (extra !== undefined)
    return { offset: extra.offset, message: 'a STATE step ends after the state', hint: 'take this away' };
  return { kind: 'state', text, who: { name: who.text, offset: who.offset }, state: state.text };
}

function parseRule(text: string, words: readonly Word[]): Step | StepMistake {
  const [, who, rule, ...rest] = words;
  if (who === undefined || rule === undefined)
    return {
      offset: text.length,
      message: 'a RULE step names who and the rule',
      hint: 'write RULE who id, such as RULE fw HE-FW-002',
    };
  return {
    kind: 'rule',
    text,
    who: { name: who.text, offset: who.offset },
    rule: rule.text,
    words: rest.map((word) => word.text),
  };
}

function unknownProtocol({ text, offset }: Word): StepMistake {
  const names = [...PROTOCOL_NAMES, 'STATE', 'RULE'];
  const near = nearest(text, names);
  const hint = near === undefined ? `write one of ${names.join(', ')}` : `did you mean ${near}?`;
  return { offset, message: `"${text}" is no protocol`, hint };
}

function unknownKind(protocol: string, { text, offset }: Word): StepMistake {
  const kinds = protocolWords(protocol)?.kinds ?? [];
  const near = nearest(text, kinds);
  const all = kinds.length === 0 ? 'write from>to here' : `write one of ${kinds.join(', ')}, or from>to`;
  const hint = near === undefined ? all : `did you mean ${near}?`;
  return { offset, message: `${protocol} has no packet "${text}"`, hint };
}

function parseField(protocol: string, { text, offset }: Word): FieldMatch | StepMistake {
  const equals = text.indexOf('=');
  const name = equals < 0 ? text : text.slice(0, equals);
  const known = protocolWords(protocol)?.fields ?? [];
  if (!known.includes(name) && !(protocol === 'DHCP' && isOption(name))) {
    const near = nearest(name, known);
    const all = `write one of ${known.join(', ')}${protocol === 'DHCP' ? ', opt1 to opt254' : ''}`;
    return {
      offset,
      message: `${protocol} has no field "${name}"`,
      hint: near === undefined ? all : `did you mean "${near}"?`,
    };
  }
  if (equals < 0) return { name, match: { kind: 'present' } };
  const value = text.slice(equals + 1);
  if (value === '')
    return { offset, message: `${name}= has no value`, hint: 'write a value or $name after the "="' };
  if (!value.startsWith('$')) return { name, match: { kind: 'is', value } };
  if (!/^\$[a-z][a-z0-9-]*$/.test(value))
    return {
      offset: offset + equals + 1,
      message: `"${value}" is no capture`,
      hint: 'write $ip or $server-id',
    };
  return { name, match: { kind: 'capture', name: value.slice(1) } };
}

function isOption(name: string): boolean {
  const number = Number(/^opt(\d{1,3})$/.exec(name)?.[1] ?? 0);
  return number >= 1 && number <= 254;
}
