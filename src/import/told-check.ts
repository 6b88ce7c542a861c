import { formatIpv4 } from '../core/address.ts';
import { optionSpec } from '../codec/dhcp/registry.ts';
import { utf8Octets } from '../core/text.ts';
import type { Told } from './draft.ts';
import type { Notes } from './notes.ts';

/** Options that a server here makes itself, or that clients and relays send: they have no place in a file. */
const OWN: ReadonlySet<number> = new Set([50, 51, 52, 53, 54, 55, 57, 58, 59, 61, 82]);

/** The field `file` has 128 octets, the last of them zero: RFC 2131 §2. */
const FILE_OCTETS_MAX = 127;
const TFTP_SERVER_NAME = 66;
const BOOTFILE_NAME = 67;
const TFTP_SERVER_ADDRESS = 150;

/** Leaves out what a file cannot say, and what it says without saying it. */
export function checkTold(told: Told, notes: Notes): Told {
  const options = new Map(told.options);
  const first = [...options.values()][0]?.origin;
  for (const [code, { origin, value }] of told.options) {
    if (value !== null && !OWN.has(code)) continue;
    options.delete(code);
    if (value === null) continue;
    notes.warn(
      origin,
      `option ${code} (${optionSpec(code).name}) was left out`,
      'the server makes it itself',
    );
  }
  let { file } = told;
  if (file !== undefined && (utf8Octets(file).length > FILE_OCTETS_MAX || !isLine(file))) {
    if (first !== undefined) notes.warn(first, 'the name of a boot file was left out', 'it does not fit');
    file = undefined;
  }
  // `tftp:` makes options 66, 67 and 150 of what it has.
  const server = told.server === undefined ? undefined : formatIpv4(told.server);
  if (server !== undefined && options.get(TFTP_SERVER_NAME)?.value === server)
    options.delete(TFTP_SERVER_NAME);
  if (file !== undefined && options.get(BOOTFILE_NAME)?.value === file) options.delete(BOOTFILE_NAME);
  const addresses = options.get(TFTP_SERVER_ADDRESS)?.value;
  if (server !== undefined && Array.isArray(addresses) && addresses.length === 1 && addresses[0] === server)
    options.delete(TFTP_SERVER_ADDRESS);
  return { options, server: told.server, file };
}

/** Text that a key of one line takes. */
export function isLine(text: string): boolean {
  return text !== '' && text.length <= 1_000 && !/[\0-\x1f\x7f]/.test(text);
}
