import { formatIpv4, formatMac, parseIpv4, parseMac } from '../../core/address.ts';
import type { Mac } from '../../core/address.ts';
import { fromHex, toHex } from '../../core/bytes.ts';
import type { Plain, Row } from '../../core/service.ts';
import type { Epoch, Instant } from '../../core/time.ts';
import { NEVER, SECOND, toInstant } from '../../core/time.ts';
import type { LeaseTable } from '../../store/lease-table.ts';
import { LEASE_STATE_NAMES, LeaseState } from '../../store/lease-table.ts';
import type { ClientKey } from './identity.ts';
import { clientIdOf, withoutLink } from './identity.ts';
import type { Links } from './links.ts';

const TABLE = 'lease';

/** One address as it goes on the disk; `expires` is in seconds of the driver's own time, null for never. */
export function leaseRow(table: LeaseTable, row: number): Row {
  const state = table.state(row);
  const hostName = table.hostName(row);
  return {
    table: TABLE,
    key: formatIpv4(table.address(row)),
    value: {
      state: LEASE_STATE_NAMES[state] ?? 'free',
      client: toHex(withoutLink(table.key(row))),
      mac: formatMac(table.mac(row)),
      expires: secondsOf(table.expiresAt(row)),
      relayAgent: toHex(table.relayAgent(row)),
      ...(hostName === undefined ? {} : { hostName }),
    },
  };
}

/**
 * Takes a row of the disk into the table. False when the address is in no subnet of the file any more, or the row is not one
 * of ours: it stays on the disk, untouched.
 */
export function restoreLease(
  table: LeaseTable,
  links: Links,
  key: ClientKey,
  row: Row,
  now: Instant,
): boolean {
  const read = row.table === TABLE && row.value !== null ? readRow(row.key, row.value) : undefined;
  const subnet = read && links.subnetOf(read.address);
  if (read === undefined || subnet === undefined) return false;
  const pool = links.isReserved(read.address) ? links.subnets.length : subnet.index;
  subnet.pool.touch(read.address);
  const at = table.open(read.address, pool);
  key.restore(subnet.link, read.client);
  table.assign(at, key.octets, key.length, read.mac);
  table.setRelayAgent(at, read.relayAgent);
  table.setHostName(at, read.hostName);
  const expiresAt = read.expires === null ? NEVER : toInstant(Math.max(0, Math.round(read.expires * SECOND)));
  if (read.state !== LeaseState.free && expiresAt > now) table.enter(at, read.state, expiresAt);
  return true;
}

interface ReadRow {
  readonly address: NonNullable<ReturnType<typeof parseIpv4>>;
  readonly state: number;
  readonly client: Uint8Array;
  readonly mac: Mac;
  readonly expires: number | null;
  readonly relayAgent: Uint8Array;
  readonly hostName: string | undefined;
}

function readRow(key: string, value: { readonly [key: string]: Plain }): ReadRow | undefined {
  const { state, client, mac, expires, relayAgent, hostName } = value;
  const address = parseIpv4(key);
  const number = (LEASE_STATE_NAMES as readonly Plain[]).indexOf(state ?? null);
  const clientOctets = typeof client === 'string' ? fromHex(client) : undefined;
  const macNumber = typeof mac === 'string' ? parseMac(mac) : undefined;
  const relay = typeof relayAgent === 'string' ? fromHex(relayAgent) : undefined;
  if (address === undefined || number === -1 || clientOctets === undefined || macNumber === undefined)
    return undefined;
  if (clientOctets.length === 0 || clientOctets.length > 256 || relay === undefined) return undefined;
  if (expires !== null && typeof expires !== 'number') return undefined;
  return {
    address,
    state: number,
    client: clientOctets,
    mac: macNumber,
    expires,
    relayAgent: relay,
    hostName: typeof hostName === 'string' ? hostName : undefined,
  };
}

/** The rows that say something to a person, by address: what the command `leases` answers. Times are seconds since 1970. */
export function listLeases(table: LeaseTable, epoch: Epoch): Plain {
  const rows = Array.from({ length: table.count }, (_, row) => row);
  rows.sort((a, b) => (table.address(a) >>> 0) - (table.address(b) >>> 0));
  return rows.map((row) => {
    const clientId = clientIdOf(table.key(row));
    return {
      address: formatIpv4(table.address(row)),
      state: LEASE_STATE_NAMES[table.state(row)] ?? 'free',
      mac: formatMac(table.mac(row)),
      clientId: clientId === undefined ? null : toHex(clientId),
      expires: secondsOf(table.expiresAt(row), epoch.us),
      relayAgent: toHex(table.relayAgent(row)),
      hostName: table.hostName(row) ?? null,
    };
  });
}

function secondsOf(at: Instant, zeroUs = 0): number | null {
  return at === NEVER ? null : (zeroUs + at) / SECOND;
}
