import { CATALOGUE, ruleById } from '../core/rules/catalogue.ts';
import type { Rule } from '../core/rules.ts';
import { nearest } from '../core/text.ts';
import { CONCEPTS } from './concepts.ts';
import type { Concept } from './concepts.ts';
import { span, wrapItems, wrapText } from './line.ts';
import type { Line, Style } from './line.ts';

/** One entry of the teaching text: a rule's or a concept's. Empty parts are not shown. */
export interface Entry {
  /** Such as `HE-DHCP-014` or `dora`. */
  readonly name: string;
  readonly see: string;
  readonly why: string;
  readonly source: string;
  readonly try_it: string;
  readonly fix: string;
}

/** What a code or a concept means; undefined when it is neither. */
export function findEntry(topic: string): Entry | undefined {
  const rule = ruleById(wholeId(topic.toUpperCase()));
  if (rule !== undefined) return ruleEntry(rule);
  const word = topic.toLowerCase();
  const concept = CONCEPTS.find(({ name, also }) => name === word || also.includes(word));
  return concept === undefined ? undefined : conceptEntry(concept);
}

/** `HE-CAUSE-6` and `HE-CAUSE-06` mean HE-CAUSE-006. */
function wholeId(id: string): string {
  return id.replace(
    /^(HE-[A-Z]+-)0*(\d{1,3})$/,
    (_, protocol: string, digits: string) => `${protocol}${digits.padStart(3, '0')}`,
  );
}

/** What a packet of this kind is about; undefined when no concept fits it. */
export function conceptOf(
  protocol: string,
  kind: string,
  fields: Readonly<Record<string, string>>,
): Entry | undefined {
  switch (protocol) {
    case 'DHCP': {
      if (kind === 'NAK') return findEntry('nak');
      const only66 = fields['siaddr'] === '0.0.0.0' && fields['opt66'] !== undefined;
      if (only66) return findEntry('siaddr');
      return findEntry(fields['giaddr'] === '0.0.0.0' ? 'dora' : 'relay');
    }
    case 'TFTP':
      return findEntry(kind === 'ERROR' && fields['code'] === '1' ? 'missing-file' : 'tftp');
    case 'TOD':
      return findEntry('tod');
    case 'RNG':
      return findEntry('ranging');
    case 'REG':
      return findEntry('registration');
    case 'DNS':
      if (fields['tc'] !== undefined) return findEntry('truncation');
      if (
        fields['rcode'] === 'NXDOMAIN' ||
        (kind === 'ANSWER' && fields['answers'] === '0' && 'aa' in fields)
      )
        return findEntry('nxdomain');
      return kind === 'ANSWER' && !('aa' in fields) ? findEntry('referral') : undefined;
    default:
      return undefined;
  }
}

/** The topic that was probably meant. */
export function nearestTopic(topic: string): string | undefined {
  return nearest(topic, topics());
}

/** All names that `findEntry` knows, concepts first. */
export function topics(): readonly string[] {
  return [...CONCEPTS.flatMap(({ name, also }) => [name, ...also]), ...CATALOGUE.map(({ id }) => id)];
}

export function listEntries(): { readonly concepts: readonly Entry[]; readonly rules: readonly Entry[] } {
  return { concepts: CONCEPTS.map(conceptEntry), rules: CATALOGUE.map(ruleEntry) };
}

function ruleEntry(rule: Rule): Entry {
  const { id, says, why, source, tryIt, fix } = rule;
  return { name: id, see: says, why, source, try_it: tryIt, fix };
}

function conceptEntry({ name, see, why, source, tryIt, fix }: Concept): Entry {
  return { name, see, why, source, try_it: tryIt, fix };
}

/** The entry as lines of at most `columns` characters. */
export function renderEntry(entry: Entry, columns = 100): readonly Line[] {
  const part = (label: string, text: string, style: Style = 'plain'): Line[] => {
    if (text === '') return [];
    return wrapText(text, Math.max(columns - LABEL, 20)).map((words, index) => [
      span((index === 0 ? ` ${label}` : '').padEnd(LABEL), 'dim'),
      span(words, style),
    ]);
  };
  return [
    [span(` ${entry.name}`, 'strong')],
    ...part('what you see', entry.see),
    ...part('why', entry.why),
    ...part('source', entry.source, 'message'),
    ...part('try it', entry.try_it, 'strong'),
    ...part('mend it', entry.fix),
  ];
}

const LABEL = 16;

/** The names alone, for who asks without a topic. */
export function renderTopics(columns = 100): readonly Line[] {
  const names = CONCEPTS.map(({ name }) => name);
  const protocols = new Map<string, number>();
  for (const { id } of CATALOGUE) {
    const protocol = id.split('-')[1] ?? '';
    protocols.set(protocol, (protocols.get(protocol) ?? 0) + 1);
  }
  const codes = [...protocols].map(([protocol, count]) => `HE-${protocol}-001 (${count} rules)`);
  return [
    [span(' concepts', 'strong')],
    ...wrapItems(names, columns - 2).map((words): Line => [span(`  ${words}`)]),
    [span(' codes', 'strong')],
    ...wrapItems(codes, columns - 2).map((words): Line => [span(`  ${words}`)]),
  ];
}
