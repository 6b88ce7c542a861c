import type { FilterChain, FilterRule, FilterVerdict, Match } from './filter.ts';
import { prefixOf } from './iptables.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type Fields = { readonly [key: string]: Json };

interface OpenChain extends FilterChain {
  readonly rules: FilterRule[];
}

const HOOKS: Readonly<Record<string, FilterChain['hook']>> = {
  prerouting: 'prerouting',
  input: 'input',
  output: 'output',
};
/** Tables that IP packets for this machine go through; a bridge's, an interface's and ARP's are not looked at. */
const FAMILIES: Readonly<Record<string, readonly (4 | 6)[]>> = { ip: [4], ip6: [6], inet: [4, 6] };

/** The chains of what `nft -j list ruleset` prints, by priority; undefined where that is no such thing. */
export function parseNft(text: string): readonly FilterChain[] | undefined {
  let all: Json;
  try {
    all = fieldsOf(JSON.parse(text) as Json)['nftables'] ?? null;
  } catch {
    return undefined;
  }
  if (!isList(all)) return undefined;
  const items = all.map(fieldsOf);
  const sets = new Map<string, readonly Json[]>();
  for (const item of items)
    for (const kind of ['set', 'map'] as const) {
      const { family, table, name, elem } = fieldsOf(item[kind] ?? null);
      if (isList(elem)) sets.set(`${textOf(family)} ${textOf(table)} @${textOf(name)}`, elem);
    }
  const chains = items
    .flatMap((item) => ('chain' in item ? [fieldsOf(item['chain'] ?? null)] : []))
    .toSorted((a, b) => numberOf(a['prio']) - numberOf(b['prio']))
    .flatMap(chainOf);
  for (const item of items) {
    const { family, table, chain, expr } = fieldsOf(item['rule'] ?? null);
    const name = `${textOf(family)} ${textOf(table)}`;
    const found = chains.find((one) => one.table === name && one.name === textOf(chain));
    if (found !== undefined && isList(expr))
      found.rules.push(...rulesOf(expr, (set) => sets.get(`${name} ${set}`)));
  }
  return chains;
}

function chainOf({ family, table, name, hook, policy }: Fields): OpenChain[] {
  const families = FAMILIES[textOf(family)];
  if (families === undefined) return [];
  return [
    {
      table: `${textOf(family)} ${textOf(table)}`,
      name: textOf(name),
      hook: hook === undefined ? undefined : (HOOKS[textOf(hook)] ?? 'other'),
      families,
      policy: policy === 'drop' ? 'drop' : 'accept',
      rules: [],
    },
  ];
}

type SetOf = (name: string) => readonly Json[] | undefined;

/** A verdict map stands for a rule for each of its elements. */
function rulesOf(expressions: readonly Json[], setOf: SetOf): FilterRule[] {
  const matches: Match[] = [];
  const words: string[] = [];
  const rules: FilterRule[] = [];
  for (const expression of expressions) {
    const { statement, value } = statementOf(expression);
    words.push(wordOf(statement, value));
    const verdict = verdictOf(statement, value);
    if (statement === 'match') matches.push(...matchesOf(fieldsOf(value), setOf));
    else if (statement === 'vmap') rules.push(...mapped(fieldsOf(value), matches, setOf));
    else if (verdict !== undefined) rules.push({ text: sentence(words), matches: [...matches], verdict });
    else if (!IGNORED.has(statement)) matches.push({ kind: 'unread' });
  }
  return rules;
}

/** Statements that decide nothing. */
const IGNORED: ReadonlySet<string> = new Set(['counter', 'log', 'comment', 'mangle', 'notrack', 'ct helper']);

function mapped({ key, data }: Fields, matches: readonly Match[], setOf: SetOf): FilterRule[] {
  const pairs = elementsOf(data ?? null, setOf);
  if (pairs === undefined || key === undefined) return [];
  return pairs.flatMap((pair) => {
    if (!isList(pair)) return [];
    const [wanted = null, decided = null] = pair;
    const { statement, value } = statementOf(decided);
    const verdict = verdictOf(statement, value);
    if (verdict === undefined) return [];
    const own = matchesOf({ op: '==', left: key, right: wanted }, setOf);
    const text = sentence([leftWord(key), rightWord(wanted), ':', wordOf(statement, value)]);
    return [{ text, matches: [...matches, ...own], verdict }];
  });
}

function verdictOf(statement: string, value: Json): FilterVerdict | undefined {
  switch (statement) {
    case 'accept':
    case 'drop':
    case 'return':
      return { kind: statement };
    case 'reject':
      return { kind: 'drop' };
    case 'dnat':
    case 'redirect':
    case 'tproxy':
      return { kind: 'divert' };
    case 'jump':
    case 'goto':
      return { kind: statement, chain: textOf(fieldsOf(value)['target']) };
    default:
      return undefined;
  }
}

const PORT_PROTOCOLS: ReadonlySet<string> = new Set(['udp', 'tcp', 'sctp', 'dccp']);

/** A condition on a header's field is also one that this header is there. */
function matchesOf({ op, left, right }: Fields, setOf: SetOf): Match[] {
  const values = elementsOf(right ?? null, setOf);
  const { payload, meta, ct } = fieldsOf(left ?? null);
  const { protocol, field } = fieldsOf(payload ?? null);
  const found =
    values && valueMatch({ field, meta: fieldsOf(meta ?? null), ct: fieldsOf(ct ?? null) }, values);
  const match: Match = found ?? { kind: 'unread' };
  const implied: Match[] = PORT_PROTOCOLS.has(textOf(protocol))
    ? [{ kind: 'protocol', names: [textOf(protocol)] }]
    : [];
  return [...implied, op === '!=' ? { kind: 'not', match } : match];
}

function valueMatch(
  { field, meta, ct }: { field: Json | undefined; meta: Fields; ct: Fields },
  values: readonly Json[],
): Match | undefined {
  const names = values.filter((value) => typeof value === 'string');
  switch (textOf(field) || textOf(meta['key']) || textOf(ct['key'])) {
    case 'dport':
      return portMatch('destination', values);
    case 'sport':
      return portMatch('source', values);
    case 'saddr':
      return addressMatch('source', values);
    case 'daddr':
      return addressMatch('destination', values);
    case 'iif':
    case 'iifname':
      return { kind: 'interface', side: 'in', names };
    case 'oif':
    case 'oifname':
      return { kind: 'interface', side: 'out', names };
    case 'l4proto':
    case 'protocol':
      return names.some((name) => PORT_PROTOCOLS.has(name) || name === 'icmp' || name === 'ipv6-icmp')
        ? { kind: 'protocol', names }
        : familyMatch(names);
    case 'nfproto':
      return familyMatch(names);
    case 'state':
      return { kind: 'state', states: names };
    default:
      return undefined;
  }
}

function familyMatch(names: readonly string[]): Match | undefined {
  const families = names.map((name) => (['ipv4', 'ip'].includes(name) ? 4 : 6));
  return names.every((name) => ['ipv4', 'ip', 'ipv6', 'ip6'].includes(name))
    ? { kind: 'family', families }
    : undefined;
}

function portMatch(side: 'source' | 'destination', values: readonly Json[]): Match | undefined {
  const ranges = values.map((value): readonly [number, number] | undefined => {
    if (typeof value === 'number') return [value, value];
    const { range } = fieldsOf(value);
    return isList(range) ? [numberOf(range[0]), numberOf(range[1])] : undefined;
  });
  const read = ranges.filter((range) => range !== undefined);
  return read.length === ranges.length ? { kind: 'port', side, ranges: read } : undefined;
}

function addressMatch(side: 'source' | 'destination', values: readonly Json[]): Match | undefined {
  const prefixes = values.map((value) => {
    if (typeof value === 'string') return prefixOf(value);
    const { prefix } = fieldsOf(value);
    const { addr, len } = fieldsOf(prefix ?? null);
    return prefixOf(`${textOf(addr)}/${numberOf(len)}`);
  });
  const read = prefixes.filter((prefix) => prefix !== undefined);
  return read.length === prefixes.length ? { kind: 'address', side, prefixes: read } : undefined;
}

/** The values on the right side: one, those of a set in place, those of a named set; undefined: not to be had. */
function elementsOf(right: Json, setOf: SetOf): readonly Json[] | undefined {
  if (typeof right === 'string' && right.startsWith('@')) return setOf(right)?.map(bare);
  if (isList(right)) return right.map(bare);
  const { set } = fieldsOf(right);
  if (typeof set === 'string') return elementsOf(set, setOf);
  return isList(set) ? set.map(bare) : [bare(right)];
}

/** An element with a timeout or a counter has its value inside. */
function bare(element: Json): Json {
  const { elem } = fieldsOf(element);
  return elem === undefined ? element : (fieldsOf(elem)['val'] ?? null);
}

function sentence(words: readonly string[]): string {
  return words.filter((word) => word !== '').join(' ');
}

function wordOf(statement: string, value: Json): string {
  if (statement === 'match') {
    const { op, left, right } = fieldsOf(value);
    return sentence([leftWord(left ?? null), op === '!=' ? '!=' : '', rightWord(right ?? null)]);
  }
  if (statement === 'jump' || statement === 'goto')
    return `${statement} ${textOf(fieldsOf(value)['target'])}`;
  return statement === 'vmap' ? 'vmap' : statement;
}

function leftWord(left: Json): string {
  const { payload, meta, ct } = fieldsOf(left);
  const { protocol, field } = fieldsOf(payload ?? null);
  if (field !== undefined) return `${textOf(protocol)} ${textOf(field)}`;
  if (ct !== undefined) return `ct ${textOf(fieldsOf(ct)['key'])}`;
  return textOf(fieldsOf(meta ?? null)['key']);
}

function rightWord(right: Json): string {
  if (typeof right === 'string' || typeof right === 'number') return String(right);
  if (isList(right)) return right.map(rightWord).join(',');
  const { set, range, prefix } = fieldsOf(right);
  if (isList(set)) return `{ ${set.map(rightWord).join(', ')} }`;
  if (isList(range)) return range.map(rightWord).join('-');
  const { addr, len } = fieldsOf(prefix ?? null);
  return addr === undefined ? '...' : `${textOf(addr)}/${numberOf(len)}`;
}

/** A statement is an object with one key. */
function statementOf(expression: Json): { readonly statement: string; readonly value: Json } {
  const [first] = Object.entries(fieldsOf(expression));
  return first === undefined ? { statement: '', value: null } : { statement: first[0], value: first[1] };
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

function fieldsOf(value: Json): Fields {
  return typeof value === 'object' && value !== null && !isList(value) ? value : {};
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function numberOf(value: Json | undefined): number {
  return typeof value === 'number' ? value : 0;
}
