import { formatDate } from '../line.ts';
import type { FrameRecord } from '../../scenario/record.ts';

/** Who speaks in a message and who is meant, by name; `via` is the relay that carries it on. */
export interface Parties {
  readonly from: string;
  readonly to: string;
  readonly via: string | undefined;
}

type Sentence = (record: FrameRecord, parties: Parties) => string;

/** One message in plain words, without its end and without a full stop. Texts in it are safe to show. */
export function sentenceOf(record: FrameRecord, parties: Parties): string {
  const { protocol, message } = record;
  const sentence = SENTENCES[`${protocol} ${message}`] ?? SENTENCES[protocol];
  if (sentence !== undefined) return sentence(record, parties);
  const what = [protocol, message].filter((word) => word !== '').join(' ');
  return `${parties.from} sends ${parties.to} ${/^[AEIOU]/i.test(what) ? 'an' : 'a'} ${what}`;
}

const SENTENCES: Readonly<Record<string, Sentence>> = {
  'RNG REQ': ({ fields }, { from, to }) =>
    fields['sid'] === '0'
      ? `${from} calls out on the cable for the first time, for ${to} to hear`
      : `${from} sends once more, adjusted as ${to} told it`,
  'RNG RSP': ({ fields }, { from, to }) => {
    if (fields['status'] === 'success') return `${from} hears ${to} well: ranging is done`;
    if (fields['status'] === 'abort') return `${from} cannot use the signal of ${to} and sends it away`;
    return `${from} hears ${to} and tells it how loud and how early to send`;
  },
  'REG REQ': (_, { from, to }) => `${from} shows ${to} what its boot file grants and asks to go to work`,
  'REG RSP': ({ fields }, { from, to }) =>
    fields['code'] === '0'
      ? `${from} admits ${to} to the network`
      : `${from} refuses to let ${to} in, with code ${fields['code'] ?? '?'}`,
  'REG ACK': (_, { from, to }) => `${from} tells ${to} that it has understood: it is online`,

  'DHCP DISCOVER': ({ segment }, { from, to, via }) =>
    via === undefined
      ? `${from} has no address and asks everybody on ${segment} for one`
      : `${from} has no address and asks everybody on ${segment} for one; ${via} hears it and asks ${to} in its place`,
  'DHCP OFFER': ({ fields }, { from, to, via }) => {
    const file = shown(fields['file']);
    return `${from} offers ${to} the address ${fields['yiaddr'] ?? ''}${file === '' ? '' : ` and names the boot file ${file}`}${through(via)}`;
  },
  'DHCP REQUEST': ({ fields }, { from, to, via }) => {
    const wants = shown(fields['opt50']);
    if (wants === '') return `${from} asks ${to} whether it may keep ${fields['ciaddr'] ?? 'its address'}`;
    return fields['opt54'] === undefined
      ? `${from} asks for the address that it had before, ${wants}${through(via)}`
      : `${from} takes ${wants}, and says so aloud for all servers to hear${through(via)}`;
  },
  'DHCP ACK': ({ fields }, { from, to, via }) => {
    const address = shown(fields['yiaddr']);
    const lease = fields['lease'];
    if (address === '') return `${from} answers ${to} with settings, without an address`;
    return `${from} confirms it: ${to} has ${address}${lease === undefined ? '' : ` for ${lease}`}${through(via)}`;
  },
  'DHCP NAK': ({ fields }, { from, to }) =>
    `${from} says no: ${to} may not use the address that it asked for${said(fields['opt56'])}`,
  'DHCP DECLINE': ({ fields }, { from }) =>
    `${from} gives back ${fields['opt50'] ?? 'the address'}: somebody else uses it already`,
  'DHCP RELEASE': ({ fields }, { from, to }) =>
    `${from} gives ${fields['ciaddr'] ?? 'its address'} back to ${to}`,
  'DHCP INFORM': (_, { from }) => `${from} has an address and asks for the other settings alone`,

  'TFTP RRQ': ({ fields }, { from, to }) => `${from} asks ${to} for the file ${fields['file'] ?? ''}`,
  'TFTP WRQ': ({ fields }, { from, to }) =>
    `${from} wants to write the file ${fields['file'] ?? ''} on ${to}`,
  'TFTP DATA': ({ fields }, { from, to }) =>
    `${from} sends ${to} block ${fields['block'] ?? '?'} of the file${fields['last'] === undefined ? '' : ', the last one'}`,
  'TFTP ACK': ({ fields }, { from, to }) =>
    fields['block'] === '0'
      ? `${from} agrees with ${to} on how to send the file`
      : `${from} tells ${to} that block ${fields['block'] ?? '?'} is there`,
  'TFTP OACK': (_, { from, to }) => `${from} tells ${to} how it will send the file`,
  'TFTP ERROR': ({ fields }, { from, to }) =>
    `${from} says no to ${to}: error ${fields['code'] ?? '?'}${said(fields['text'])}`,

  'TOD REQUEST': (_, { from, to }) => `${from} asks ${to} what time it is`,
  'TOD TIME': ({ fields }, { from, to }) =>
    `${from} tells ${to} the time: ${formatDate(Number(fields['seconds']))}`,

  'DNS QUERY': ({ fields }, { from, to }) =>
    `${from} asks ${to} for the ${fields['qtype'] ?? ''} of ${nameOf(fields)}`,
  'DNS ANSWER': ({ fields }, { from, to }) => `${from} answers ${to}: ${answerOf(fields)}`,

  'TCP SYN': ({ fields }, { from, to }) =>
    `${from} asks ${to} to open a connection to port ${fields['dport'] ?? '?'}`,
  'TCP SYN-ACK': (_, { from, to }) => `${from} agrees: the connection with ${to} is open`,
  'TCP FIN': (_, { from, to }) => `${from} tells ${to} that it has nothing more to send`,
  'TCP RST': (_, { from, to }) => `${from} breaks the connection with ${to} off`,
  FTP: ({ message, fields }, { from, to }) =>
    message === 'REPLY'
      ? `${from} replies to ${to}: ${[fields['code'], fields['argument']].join(' ').trim()}`
      : `${from} tells ${to}: ${[message, fields['argument']].join(' ').trim()}`,
  'ICMP UNREACHABLE': (_, { from, to }) => `${from} tells ${to} that its packet could not be delivered`,
  'ICMP EXCEEDED': (_, { from, to }) => `${from} tells ${to} that its packet went through too many routers`,
};

type Fields = FrameRecord['fields'];

function nameOf(fields: Fields): string {
  return shown(fields['qname']) || 'the root';
}

function answerOf(fields: Fields): string {
  const name = nameOf(fields);
  const type = fields['qtype'] ?? '';
  if (fields['rcode'] === 'NXDOMAIN') return `there is no name ${name}`;
  if (fields['rcode'] !== undefined && fields['rcode'] !== 'NOERROR')
    return `${fields['rcode']}, for ${name}`;
  if (fields['tc'] !== undefined) return 'the answer is too long for a datagram; ask again over TCP';
  if (fields['answer'] !== undefined) return `${name} ${type} is ${fields['answer']}`;
  return fields['aa'] === undefined
    ? `ask others about ${name}, here is who knows more`
    : `${name} is there, but has no ${type}`;
}

/** A field that is there and says something. */
function shown(value: string | undefined): string {
  return value === undefined || value === '0.0.0.0' ? '' : value;
}

function said(text: string | undefined): string {
  return text === undefined || text === '' ? '' : `, "${text}"`;
}

function through(via: string | undefined): string {
  return via === undefined ? '' : `, through ${via}`;
}
