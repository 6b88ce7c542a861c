import { parseIp, type Prefix } from '../../core/address.ts';
import { isIpv4, maskIp } from '../../core/address.ts';
import type { FilterChain, FilterRule, FilterVerdict, Match } from './filter.ts';

const HOOKS: Readonly<Record<string, FilterChain['hook']>> = {
  PREROUTING: 'prerouting',
  INPUT: 'input',
  OUTPUT: 'output',
};

interface OpenChain extends FilterChain {
  readonly rules: FilterRule[];
}

/** The chains of what `iptables-save` prints; lines that are none of its own are passed over. */
export function parseIptables(text: string): readonly FilterChain[] {
  const chains: OpenChain[] = [];
  let table = '';
  for (const line of text.split('\n')) {
    const [, chain = '', policy = ''] = /^:(\S+) (\S+)/.exec(line) ?? [];
    if (line.startsWith('*')) table = `iptables ${line.slice(1).trim()}`;
    else if (chain !== '')
      chains.push({
        table,
        name: chain,
        hook: HOOKS[chain],
        families: [4],
        policy: policy === 'DROP' ? 'drop' : 'accept',
        rules: [],
      });
    else if (line.startsWith('-A ')) {
      const [, name, ...words] = wordsOf(line);
      chains.find((one) => one.table === table && one.name === name)?.rules.push(ruleOf(words));
    }
  }
  return chains;
}

/** Words as the shell would have them: `--comment "let DHCP in"` is two. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, plain]) => plain ?? quoted ?? '');
}

function ruleOf(words: readonly string[]): FilterRule {
  const matches: Match[] = [];
  let verdict: FilterVerdict = { kind: 'none' };
  let negated = false;
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    if (word === '!') {
      negated = true;
      continue;
    }
    if (word === '-j' || word === '-g') {
      verdict = verdictOf(word, words[index + 1] ?? '');
      break;
    }
    const values: string[] = [];
    while (index + 1 < words.length && !/^(-|!$)/.test(words[index + 1] ?? ''))
      values.push(words[++index] ?? '');
    const match = matchOf(word, values.join(' '));
    if (match !== undefined) matches.push(negated ? { kind: 'not', match } : match);
    negated = false;
  }
  return { text: words.join(' '), matches, verdict };
}

const TARGETS: Readonly<Record<string, FilterVerdict['kind']>> = {
  ACCEPT: 'accept',
  DROP: 'drop',
  REJECT: 'drop',
  RETURN: 'return',
  DNAT: 'divert',
  REDIRECT: 'divert',
  TPROXY: 'divert',
  NFQUEUE: 'none',
};

function verdictOf(word: string, target: string): FilterVerdict {
  const kind = TARGETS[target];
  if (kind !== undefined && kind !== 'jump' && kind !== 'goto') return { kind };
  // LOG, MARK and the like are no chains: a jump to what is not there goes on.
  return { kind: word === '-g' ? 'goto' : 'jump', chain: target };
}

/** Undefined where the words decide nothing. */
function matchOf(word: string, value: string): Match | undefined {
  switch (word) {
    case '-i':
      return { kind: 'interface', side: 'in', names: [value] };
    case '-o':
      return { kind: 'interface', side: 'out', names: [value] };
    case '-p':
      return value === 'all' ? undefined : { kind: 'protocol', names: [value] };
    case '--dport':
    case '--dports':
      return { kind: 'port', side: 'destination', ranges: rangesOf(value) };
    case '--sport':
    case '--sports':
      return { kind: 'port', side: 'source', ranges: rangesOf(value) };
    case '-s':
      return addressMatch('source', value);
    case '-d':
      return addressMatch('destination', value);
    case '--ctstate':
    case '--state':
      return { kind: 'state', states: value.toLowerCase().split(',') };
    case '-m':
    case '--comment':
      return undefined;
    default:
      return { kind: 'unread' };
  }
}

function rangesOf(text: string): (readonly [number, number])[] {
  return text.split(',').map((part) => {
    const [first = '', last = first] = part.split(':');
    return [Number(first), last === '' ? 65_535 : Number(last)];
  });
}

function addressMatch(side: 'source' | 'destination', text: string): Match {
  const prefix = prefixOf(text);
  return prefix === undefined ? { kind: 'unread' } : { kind: 'address', side, prefixes: [prefix] };
}

/** `10.0.0.0/8`, or an address alone. */
export function prefixOf(text: string): Prefix | undefined {
  const [before = '', after] = text.split('/');
  const address = parseIp(before);
  if (address === undefined) return undefined;
  const length = after === undefined ? (isIpv4(address) ? 32 : 128) : Number(after);
  return Number.isInteger(length) && length >= 0 && length <= (isIpv4(address) ? 32 : 128)
    ? { address: maskIp(address, length), length }
    : undefined;
}
