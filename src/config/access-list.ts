import { isIpv4, maskIp, parseIp, parseIpv4, type Prefix } from '../core/address.ts';
import { nearest } from '../core/text.ts';
import type { AccessLine, PortRange } from '../policy/access-list.ts';

/** What is wrong with a line, and where: `offset` is from 0 in its text. */
export interface LineMistake {
  readonly offset: number;
  readonly message: string;
  readonly hint: string;
}

/** By their numbers, as routers tell the two kinds apart; names may have lines of either. */
export type ListKind = 'standard' | 'extended' | 'either';

export function listKind(name: string): ListKind {
  const number = /^\d{1,4}$/.test(name) ? Number(name) : undefined;
  if (number === undefined) return 'either';
  if ((number >= 1 && number <= 99) || (number >= 1300 && number <= 1999)) return 'standard';
  return (number >= 100 && number <= 199) || (number >= 2000 && number <= 2699) ? 'extended' : 'either';
}

const PORT_NAMES: Readonly<Record<string, number>> = {
  'ftp-data': 20,
  ftp: 21,
  ssh: 22,
  telnet: 23,
  smtp: 25,
  time: 37,
  domain: 53,
  bootps: 67,
  bootpc: 68,
  tftp: 69,
  www: 80,
  ntp: 123,
  snmp: 161,
  syslog: 514,
};

/** RFC 792: type and, for kinds of unreachable, code. */
const ICMP_NAMES: Readonly<Record<string, { readonly type: number; readonly code: number | undefined }>> = {
  'echo-reply': { type: 0, code: undefined },
  unreachable: { type: 3, code: undefined },
  'net-unreachable': { type: 3, code: 0 },
  'host-unreachable': { type: 3, code: 1 },
  'port-unreachable': { type: 3, code: 3 },
  'packet-too-big': { type: 3, code: 4 },
  'administratively-prohibited': { type: 3, code: 13 },
  echo: { type: 8, code: undefined },
  'time-exceeded': { type: 11, code: undefined },
};

const PROTOCOLS = ['ip', 'udp', 'tcp', 'icmp'] as const;
type Protocol = (typeof PROTOCOLS)[number];

const SHAPE =
  'permit or deny, a protocol (ip, udp, tcp, icmp), from where, to where, such as "permit udp any 10.0.0.69 eq tftp"; or from where alone';

/** Reads one line; a `remark` is no line and gives undefined. */
export function parseAccessLine(
  text: string,
  number: number,
  kind: ListKind,
): AccessLine | LineMistake | undefined {
  const words = new Words(text);
  const action = words.next();
  if (action === 'remark') return undefined;
  if (action !== 'permit' && action !== 'deny')
    return words.wrong(`a line begins with permit or deny, not "${action}"`, `write ${SHAPE}`);
  const isExtended = (PROTOCOLS as readonly string[]).includes(words.peek());
  if (isExtended && kind === 'standard')
    return words.wrongNext('a list of this number knows sources alone', 'number it 100 to 199, or name it');
  if (!isExtended && kind === 'extended')
    return words.wrongNext('a list of this number says the protocol', `write one of ${PROTOCOLS.join(', ')}`);
  const line = isExtended ? extended(words) : standard(words);
  if ('message' in line) return line;
  const log = words.take('log');
  if (!words.isEnd) {
    const more = isExtended ? 'established, log' : 'log';
    return words.wrongNext(`"${words.peek()}" says nothing here`, `what may follow: ${more}`);
  }
  return { number, text, action, ...line, log };
}

type Body = Omit<AccessLine, 'number' | 'text' | 'action' | 'log'>;

const ANYTHING = { fromPorts: undefined, toPorts: undefined, icmp: undefined, established: false };

function standard(words: Words): Body | LineMistake {
  const from = where(words);
  if ('message' in from) return from;
  return { protocol: 'ip', from: from.prefix, to: undefined, ...ANYTHING };
}

function extended(words: Words): Body | LineMistake {
  const protocol = words.next() as Protocol;
  const from = where(words);
  if ('message' in from) return from;
  const fromPorts = ports(words, protocol);
  if ('message' in fromPorts) return fromPorts;
  const to = where(words);
  if ('message' in to) return to;
  const toPorts = ports(words, protocol);
  if ('message' in toPorts) return toPorts;
  const icmp = protocol === 'icmp' ? icmpKind(words) : { kind: undefined };
  if ('message' in icmp) return icmp;
  if (words.peek() === 'established' && protocol !== 'tcp')
    return words.wrongNext('only TCP has established connections', 'take it away, or write tcp');
  return {
    protocol,
    from: from.prefix,
    to: to.prefix,
    fromPorts: fromPorts.ranges,
    toPorts: toPorts.ranges,
    icmp: icmp.kind,
    established: words.take('established'),
  };
}

/** `any`, `host A`, `A`, `A/length`, or `A wildcard` as routers write it. */
function where(words: Words): { readonly prefix: Prefix | undefined } | LineMistake {
  if (words.take('any')) return { prefix: undefined };
  const isHost = words.take('host');
  const text = words.next();
  const [before = '', after, more] = text.split('/');
  const address = parseIp(before);
  const most = address !== undefined && isIpv4(address) ? 32 : 128;
  if (address === undefined || more !== undefined || (isHost && after !== undefined))
    return words.wrong(
      text === '' ? 'the line does not say from where, or to where' : `"${text}" is no place`,
      'write any, an address, or a network such as 10.8.0.0/24',
    );
  const wildcard = after === undefined && !isHost ? wildcardLength(words) : undefined;
  if (wildcard !== undefined && typeof wildcard !== 'number') return wildcard;
  const length =
    wildcard ?? (after === undefined ? most : /^\d{1,3}$/.test(after) ? Number(after) : Infinity);
  if (length > most) return words.wrong(`"${text}" has no such length`, `write a length from 0 to ${most}`);
  if (maskIp(address, length) !== address)
    return words.wrong(
      `"${text}" has bits set after the first ${length}`,
      'write the network, such as 10.8.0.0/24',
    );
  return { prefix: { address, length } };
}

/** `0.0.0.255` is the length 24: ones where any bit will do. What can be none of these is the next place. */
function wildcardLength(words: Words): number | LineMistake | undefined {
  const mask = parseIpv4(words.peek());
  if (mask === undefined) return undefined;
  const bits = mask >>> 0;
  const isWildcard = (bits & (bits + 1)) === 0;
  // RFC 1122 §3.2.1.3: no host has an address that begins with zero.
  if (!isWildcard && bits >>> 24 !== 0) return undefined;
  words.next();
  if (isWildcard) return Math.clz32(bits);
  return words.wrong(
    'a wildcard is zeros, then ones',
    'write a network with its length, such as 10.8.0.0/24',
  );
}

const OPERATORS = ['eq', 'neq', 'lt', 'gt', 'range'];

function ports(
  words: Words,
  protocol: Protocol,
): { readonly ranges: readonly PortRange[] | undefined } | LineMistake {
  const operator = words.peek();
  if (!OPERATORS.includes(operator)) return { ranges: undefined };
  if (protocol !== 'udp' && protocol !== 'tcp')
    return words.wrongNext(`${protocol} has no ports`, 'write udp or tcp');
  words.next();
  const first = portNumber(words);
  if (typeof first !== 'number') return first;
  switch (operator) {
    case 'eq': {
      const ranges = [{ first, last: first }];
      while (isPortWord(words.peek())) {
        const next = portNumber(words);
        if (typeof next !== 'number') return next;
        ranges.push({ first: next, last: next });
      }
      return { ranges };
    }
    case 'neq':
      return {
        ranges: [
          { first: 0, last: first - 1 },
          { first: first + 1, last: 65_535 },
        ],
      };
    case 'lt':
      return { ranges: [{ first: 0, last: first - 1 }] };
    case 'gt':
      return { ranges: [{ first: first + 1, last: 65_535 }] };
    default: {
      const last = portNumber(words);
      if (typeof last !== 'number') return last;
      if (last < first) return words.wrong('the range ends before it begins', 'write the lower port first');
      return { ranges: [{ first, last }] };
    }
  }
}

/** A number that is no address begins no place. */
function isPortWord(word: string): boolean {
  return /^\d{1,5}$/.test(word) || Object.hasOwn(PORT_NAMES, word);
}

function portNumber(words: Words): number | LineMistake {
  const text = words.next();
  const named = Object.hasOwn(PORT_NAMES, text) ? PORT_NAMES[text] : undefined;
  const port = named ?? (/^\d{1,5}$/.test(text) ? Number(text) : Infinity);
  if (port <= 65_535) return port;
  const near = nearest(text, Object.keys(PORT_NAMES));
  const hint =
    near === undefined ? 'write a number from 0 to 65535, or a name such as tftp' : `did you mean "${near}"?`;
  return words.wrong(text === '' ? 'the port is missing' : `"${text}" is no port`, hint);
}

function icmpKind(words: Words): { readonly kind: AccessLine['icmp'] } | LineMistake {
  const word = words.peek();
  if (word === '' || word === 'log') return { kind: undefined };
  words.next();
  if (Object.hasOwn(ICMP_NAMES, word)) return { kind: ICMP_NAMES[word] };
  const type = /^\d{1,3}$/.test(word) ? Number(word) : Infinity;
  if (type > 255) {
    const near = nearest(word, Object.keys(ICMP_NAMES));
    const hint =
      near === undefined
        ? `write a number or one of ${Object.keys(ICMP_NAMES).join(', ')}`
        : `did you mean "${near}"?`;
    return words.wrong(`"${word}" is no kind of ICMP message`, hint);
  }
  if (!/^\d{1,3}$/.test(words.peek())) return { kind: { type, code: undefined } };
  const code = Number(words.next());
  return code <= 255 ? { kind: { type, code } } : words.wrong(`${code} is no ICMP code`, 'write 0 to 255');
}

/** The words of a line, one after the other, each with its place. */
class Words {
  readonly #text: string;
  readonly #words: readonly { readonly text: string; readonly offset: number }[];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#words = [...text.matchAll(/\S+/g)].map((match) => ({ text: match[0], offset: match.index }));
  }

  /** Empty at the end. */
  peek(): string {
    return this.#words[this.#at]?.text ?? '';
  }

  next(): string {
    return this.#words[this.#at++]?.text ?? '';
  }

  take(word: string): boolean {
    if (this.peek() !== word) return false;
    this.#at++;
    return true;
  }

  get isEnd(): boolean {
    return this.#at >= this.#words.length;
  }

  /** About the word read last. */
  wrong(message: string, hint: string): LineMistake {
    return { offset: this.#words[this.#at - 1]?.offset ?? this.#text.length, message, hint };
  }

  wrongNext(message: string, hint: string): LineMistake {
    return { offset: this.#words[this.#at]?.offset ?? this.#text.length, message, hint };
  }
}
