import { formatEndpoint, formatIp, isIpv4 } from '../../core/address.ts';
import { FTP } from '../../core/rules/ftp.ts';
import type { Effects } from '../../core/service.ts';
import { escapeText } from '../../core/text.ts';
import { formatSpoken, spokenEndpoint } from '../../codec/ftp.ts';
import type { FileTable } from '../../store/file-table.ts';
import type { Control } from './control.ts';
import { asAscii, fileName, listing } from './files.ts';

/** What is read of one file at most: a lesson's files are short, and one answer is held in memory. */
const FILE_OCTETS_MAX = 16 * 1024 * 1024;

/** What may be said before anybody is logged in: RFC 959 §5.4. */
const BEFORE_LOGIN = new Set(['USER', 'PASS', 'QUIT', 'NOOP', 'FEAT', 'SYST']);

/** Obeys one line of a control connection, with exactly one reply, or two where a file is sent. */
export function runCommand(line: string, control: Control, files: FileTable, effects: Effects): void {
  const [, word = '', argument = ''] = /^([A-Za-z]{3,4})(?: (.*))?$/.exec(line.trimEnd()) ?? [];
  const verb = word.toUpperCase();
  if (control.user !== 'in' && !BEFORE_LOGIN.has(verb) && verb !== '') {
    effects.because(FTP.notLoggedIn, effects.explains ? verb : undefined);
    return control.reply(530, 'log in first, with USER anonymous', effects);
  }
  switch (verb) {
    case 'USER':
      control.user = 'named';
      return control.reply(331, 'any password will do', effects);
    case 'PASS':
      return logIn(control, effects);
    case 'QUIT':
      control.isOver = true;
      return control.reply(221, 'good bye', effects);
    case 'PORT':
    case 'EPRT':
      return active(line, control, effects);
    case 'PASV':
    case 'EPSV':
      return passive(verb, argument, control, effects);
    case 'RETR':
      return retrieve(argument, control, files, effects);
    case 'LIST':
    case 'NLST':
      return transfer(listing(files, control.peer, verb), control, effects);
    default:
      return settings(verb, argument, control, files, effects);
  }
}

/** RFC 1635: anonymous FTP takes any password. */
function logIn(control: Control, effects: Effects): void {
  if (control.user === 'nobody') return control.reply(503, 'USER comes first', effects);
  control.user = 'in';
  effects.because(FTP.loggedIn);
  control.reply(230, 'logged in', effects);
}

function active(line: string, control: Control, effects: Effects): void {
  if (control.epsvOnly) return refuse(501, 'after EPSV ALL only EPSV', control, effects);
  const spoken = spokenEndpoint(line, control.peer);
  if (spoken === undefined) {
    const family = /^EPRT (.)(\d+)\1/i.exec(line)?.[2];
    // RFC 2428 §2: which protocols the server supports, in parentheses.
    const isUnknown = family !== undefined && family !== '1' && family !== '2';
    return isUnknown
      ? refuse(522, 'network protocol not supported, use (1,2)', control, effects)
      : refuse(501, 'that is no address and port', control, effects);
  }
  const { endpoint } = spoken;
  // RFC 2577 §3: the bounce attack.
  if (endpoint.address !== control.peer.address || endpoint.port < 1024) {
    const detail = `${formatEndpoint(endpoint)}, but the client is ${formatIp(control.peer.address)}`;
    effects.because(FTP.portRefused, effects.explains ? detail : undefined);
    return control.reply(501, 'only your own address, and a port from 1024 on', effects);
  }
  effects.because(FTP.portNoted, effects.explains ? formatEndpoint(endpoint) : undefined);
  control.connectTo(endpoint, effects);
  control.reply(200, 'noted', effects);
}

function passive(verb: 'PASV' | 'EPSV', argument: string, control: Control, effects: Effects): void {
  const { local } = control;
  if (verb === 'EPSV' && argument.toUpperCase() === 'ALL') {
    control.epsvOnly = true;
    return control.reply(200, 'only EPSV from now on', effects);
  }
  if (verb === 'PASV' && control.epsvOnly) return refuse(501, 'after EPSV ALL only EPSV', control, effects);
  // RFC 959 §4.1.2: PASV can only say an IPv4 address; RFC 2428 §3: EPSV can name a protocol.
  if (verb === 'PASV' && !isIpv4(local.address)) return refuse(501, 'use EPSV', control, effects);
  const family = isIpv4(local.address) ? '1' : '2';
  if (verb === 'EPSV' && argument !== '' && argument !== family)
    return refuse(522, `network protocol not supported, use (${family})`, control, effects);
  const port = control.listen(effects);
  if (port === undefined) {
    effects.because(FTP.noPassivePort);
    return control.reply(425, 'no port is free', effects);
  }
  const endpoint = { address: local.address, port };
  effects.because(FTP.passive, effects.explains ? formatEndpoint(endpoint) : undefined);
  if (verb === 'PASV')
    control.reply(227, `Entering Passive Mode (${formatSpoken('pasv', endpoint)})`, effects);
  else control.reply(229, `Entering Extended Passive Mode (${formatSpoken('epsv', endpoint)})`, effects);
}

function retrieve(name: string, control: Control, files: FileTable, effects: Effects): void {
  const source = files.find(fileName(name), control.peer.address);
  if (source === undefined) {
    effects.because(FTP.noFile, effects.explains ? escapeText(name) : undefined);
    return control.reply(550, 'no such file', effects);
  }
  const octets = new Uint8Array(Math.min(source.size, FILE_OCTETS_MAX));
  const isWhole = source.size <= FILE_OCTETS_MAX && source.read(0, octets, 0, source.size) === source.size;
  if (!isWhole) return refuse(550, 'the file cannot be read', control, effects);
  transfer(control.type === 'ascii' ? asAscii(octets) : octets, control, effects);
}

function transfer(octets: Uint8Array, control: Control, effects: Effects): void {
  if (control.isWaitingForData) return refuse(450, 'one file at a time', control, effects);
  control.send(octets, effects);
}

function settings(
  verb: string,
  argument: string,
  control: Control,
  files: FileTable,
  effects: Effects,
): void {
  const upper = argument.toUpperCase();
  switch (verb) {
    case 'TYPE':
      if (upper !== 'A' && upper !== 'A N' && upper !== 'I' && upper !== 'L 8')
        return refuse(504, 'only A, I and L 8', control, effects);
      control.type = upper.startsWith('A') ? 'ascii' : 'image';
      return control.reply(200, `type ${control.type}`, effects);
    case 'MODE':
      return upper === 'S' ? control.reply(200, 'stream', effects) : refuse(504, 'only S', control, effects);
    case 'STRU':
      return upper === 'F' ? control.reply(200, 'file', effects) : refuse(504, 'only F', control, effects);
    case 'NOOP':
      return control.reply(200, 'fine', effects);
    case 'SYST':
      return control.reply(215, 'UNIX Type: L8', effects);
    case 'PWD':
      return control.reply(257, '"/"', effects);
    case 'SIZE': {
      // RFC 3659 §4: as it would be sent in the present type.
      const size = files.find(fileName(argument), control.peer.address)?.size;
      if (size === undefined || control.type === 'ascii')
        return refuse(550, 'no size to tell', control, effects);
      return control.reply(213, String(size), effects);
    }
    case 'ABOR':
      if (control.isWaitingForData) control.giveUpData(effects);
      return control.reply(226, 'nothing is under way', effects);
    case 'STOR':
    case 'STOU':
    case 'APPE':
      return refuse(553, 'the files are to be read only', control, effects);
    case 'FEAT':
      return refuse(502, 'EPRT, EPSV and SIZE are there', control, effects);
    default:
      return refuse(500, 'no such command here', control, effects);
  }
}

function refuse(code: number, text: string, control: Control, effects: Effects): void {
  effects.because(FTP.refused, effects.explains ? `${code} ${text}` : undefined);
  control.reply(code, text, effects);
}
