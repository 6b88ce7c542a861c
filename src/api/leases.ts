import type { Plain } from '../core/service.ts';
import { escapeText } from '../core/text.ts';
import { readLeaseDb } from '../driver/real/lease-db.ts';
import { askControl } from './control.ts';

/** One address that a DHCP server has given, with texts safe to show. */
export interface LeaseListing {
  /** The server's name in the file. */
  readonly server: string;
  readonly address: string;
  /** `free` for one that was given and has ended. */
  readonly state: string;
  readonly mac: string;
  /** Seconds since 1970; null: never. */
  readonly expires: number | null;
  /** Option 82, hex; empty when there was none. */
  readonly relay_agent: string;
  readonly host_name: string | null;
}

export interface Leases {
  /** Asked of a running `serve`, or read from its folder. */
  readonly source: 'serve' | 'disk';
  readonly leases: readonly LeaseListing[];
}

type Fields = Readonly<Record<string, Plain>>;

/** The leases under a state folder, by server and address. */
export async function listLeases(stateFolder: string): Promise<Leases> {
  const running = await askControl(stateFolder, 'leases');
  if (running !== undefined) {
    const servers = running as readonly { readonly host: string; readonly leases: readonly Fields[] }[];
    const leases = servers.flatMap(({ host, leases: list }) => list.map((lease) => listing(host, lease)));
    return { source: 'serve', leases };
  }
  const { rows, epochUs } = await readLeaseDb(stateFolder);
  const leases = rows
    .filter(({ row }) => row.table === 'lease' && row.value !== null)
    .map(({ host, row }) => listing(host, { ...dated(row.value, epochUs), address: row.key }));
  return { source: 'disk', leases: leases.sort(byServerAndAddress) };
}

/** A row of the disk ends in the server's own time. */
function dated(fields: Fields | null, epochUs: number): Fields {
  const expires = fields?.['expires'];
  return typeof expires === 'number' ? { ...fields, expires: expires + epochUs / 1e6 } : { ...fields };
}

function listing(server: string, lease: Fields): LeaseListing {
  const { address, state, mac, expires, relayAgent, hostName } = lease;
  return {
    server: textOf(server),
    address: textOf(address),
    state: textOf(state),
    mac: textOf(mac),
    expires: typeof expires === 'number' ? Math.round(expires) : null,
    relay_agent: textOf(relayAgent),
    host_name: typeof hostName === 'string' ? escapeText(hostName) : null,
  };
}

function textOf(value: Plain | undefined): string {
  return typeof value === 'string' ? escapeText(value) : '';
}

function byServerAndAddress(a: LeaseListing, b: LeaseListing): number {
  return a.server.localeCompare(b.server) || a.address.localeCompare(b.address, 'en', { numeric: true });
}
