import { isIpv4, type Ip } from '../../core/address.ts';
import { Writer } from '../../core/bytes.ts';
import { showOctets } from '../../core/text.ts';
import {
  encodeOptionAnswer,
  OPTION_RANGES,
  optionName,
  optionValue,
  type OptionName,
} from '../../codec/tftp/options.ts';
import { DEFAULT_BLKSIZE, encodeOackHeader, type TftpOption } from '../../codec/tftp/packet.ts';

/** What a transfer runs with. */
export interface Agreement {
  /** Octets in a block. */
  readonly blksize: number;
  /** Blocks in a window. */
  readonly windowsize: number;
  /** The client's interval for sending again; 0 when it asked for none. */
  readonly timeoutSeconds: number;
  /** The OACK packet; undefined when no option was accepted, and DATA answers the request at once. */
  readonly oack: Uint8Array | undefined;
}

/** An option had a value that is not allowed: ERROR 8 with this text. */
export interface OptionRefusal {
  readonly refused: string;
}

export interface NegotiationLimits {
  readonly blksizeMax: number;
  readonly windowsizeMax: number;
  /** What tsize is answered with; undefined: not known beforehand, as in netascii, and the option is left out. */
  readonly size: number | undefined;
}

/** A request without options, or with none we know: RFC 1350. */
const PLAIN: Agreement = {
  blksize: DEFAULT_BLKSIZE,
  windowsize: 1,
  timeoutSeconds: 0,
  oack: undefined,
};

/**
 * The block that fits an Ethernet frame of 1500 octets: less 20 of IPv4 or 40 of IPv6, 8 of UDP and 4 of DATA. A larger one
 * is sent in fragments, and losing one of them loses the block; RFC 7440 §1 names 1468 for the same reason.
 */
export function unfragmentedBlksize(client: Ip): number {
  return isIpv4(client) ? 1468 : 1448;
}

/** The four names, each with a value of at most 16 digits. */
const OACK_OCTETS_MAX = 2 + 4 * (10 + 1 + 16 + 1);

/** Answers the options of a read request in the order asked: RFC 2347. */
export function negotiate(
  options: readonly TftpOption[],
  limits: NegotiationLimits,
): Agreement | OptionRefusal {
  if (options.length === 0) return PLAIN;
  let { blksize, windowsize, timeoutSeconds } = PLAIN;
  const writer = new Writer(new Uint8Array(OACK_OCTETS_MAX));
  encodeOackHeader(writer);
  const empty = writer.offset;
  const seen = new Set<OptionName>();
  for (const option of options) {
    const name = optionName(option);
    // RFC 2347: an option we do not know is left out, and is no error.
    if (name === undefined) continue;
    // RFC 2347: an option may only be specified once.
    if (seen.has(name)) return { refused: `${name} is given twice` };
    seen.add(name);
    // RFC 2349: 0 in a read request, whose answer says the size. Nothing depends on what it is: atftp says "enable".
    if (name === 'tsize') {
      // Of an empty file nothing is said, which RFC 2347 allows: curl takes a tsize of 0 for an error and gives up.
      if (limits.size !== undefined && limits.size > 0) encodeOptionAnswer(writer, option, limits.size);
      continue;
    }
    const value = optionValue(name, option);
    // RFC 2349 has no error for a timeout that cannot be: it is left out as if never asked, and some clients send milliseconds.
    if (value === undefined && name === 'timeout') continue;
    if (value === undefined) return { refused: `${name} must be ${rangeOf(name)}` };
    switch (name) {
      case 'blksize':
        blksize = Math.min(value, limits.blksizeMax); // RFC 2348: at most what was asked
        encodeOptionAnswer(writer, option, blksize);
        break;
      case 'windowsize':
        windowsize = Math.min(value, limits.windowsizeMax); // RFC 7440 §3: at most what was asked
        encodeOptionAnswer(writer, option, windowsize);
        break;
      default:
        timeoutSeconds = value; // RFC 2349: exactly what was asked
        encodeOptionAnswer(writer, option, value);
    }
  }
  if (writer.offset === empty) return PLAIN;
  return { blksize, windowsize, timeoutSeconds, oack: writer.written() };
}

/** The options as text, for an explanation. */
export function describeOptions(options: readonly TftpOption[]): string {
  return options.map(({ name, value }) => `${showOctets(name)}=${showOctets(value)}`).join(' ');
}

function rangeOf(name: OptionName): string {
  const { least, most } = OPTION_RANGES[name];
  return `${least} to ${most}`;
}
