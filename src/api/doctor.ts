import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatIp } from '../core/address.ts';
import type { Ip } from '../core/address.ts';
import { LeaseDb } from '../driver/real/lease-db.ts';
import { machineInterfaces, portHolder } from '../driver/real/system.ts';

/** One thing looked at. `cure` is empty where nothing is wrong. */
export interface Finding {
  readonly name: string;
  readonly verdict: 'pass' | 'warn' | 'fail';
  readonly says: string;
  readonly cure: string;
}

const NODE_OLDEST = [20, 19];

/** Looks at the machine the way `run --mode live` and `serve` would use it; leaves nothing behind. */
export async function examine(): Promise<readonly Finding[]> {
  return [
    node(),
    platform(),
    clock(),
    await loopback(),
    await mapping(),
    ...(await Promise.all(PORTS.map(port))),
    interfaces(),
    await leases(),
    nativeInput(),
  ];
}

function node(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [wantMajor = 0, wantMinor = 0] = NODE_OLDEST;
  const old = major < wantMajor || (major === wantMajor && minor < wantMinor);
  return {
    name: 'node',
    verdict: old ? 'fail' : 'pass',
    says: `Node ${process.versions.node}`,
    cure: old ? `install Node ${NODE_OLDEST.join('.')} or later` : '',
  };
}

function platform(): Finding {
  const linux = process.platform === 'linux';
  return {
    name: 'platform',
    verdict: linux ? 'pass' : 'warn',
    says: linux
      ? 'Linux: everything works'
      : `${process.platform}: DHCP on real interfaces does not work, all else does`,
    cure: linux ? '' : 'serve DHCP from Linux; run, run --mode live and serve on loopback work here',
  };
}

/** A clock that is years off makes Time of Day and every lease listing wrong. */
function clock(): Finding {
  const now = new Date();
  const odd = now.getUTCFullYear() < 2025;
  return {
    name: 'clock',
    verdict: odd ? 'warn' : 'pass',
    says: `the clock says ${now.toISOString().slice(0, 19)}Z`,
    cure: odd ? 'set the clock, or run an NTP client: Time of Day would serve this date' : '',
  };
}

async function loopback(): Promise<Finding> {
  const refusal = await tryUdp(0, '127.0.0.1');
  return {
    name: 'loopback',
    verdict: refusal === undefined ? 'pass' : 'fail',
    says: refusal === undefined ? 'sockets on 127.0.0.1 can be opened' : `no socket on 127.0.0.1: ${refusal}`,
    cure: refusal === undefined ? '' : 'bring the loopback interface up: ip link set lo up',
  };
}

async function mapping(): Promise<Finding> {
  const refusal = await tryUdp(0, '127.9.8.7');
  return {
    name: 'live mode',
    verdict: 'pass',
    says:
      refusal === undefined
        ? 'each scenario address has its own in 127.0.0.0/8'
        : 'all scenario addresses share 127.0.0.1, with a block of ports each',
    cure: '',
  };
}

interface Port {
  readonly number: number;
  readonly transport: 'udp' | 'tcp';
  readonly use: string;
}

const PORTS: readonly Port[] = [
  { number: 53, transport: 'udp', use: 'DNS' },
  { number: 53, transport: 'tcp', use: 'DNS' },
  { number: 67, transport: 'udp', use: 'DHCP' },
  { number: 69, transport: 'udp', use: 'TFTP' },
  { number: 37, transport: 'udp', use: 'Time of Day' },
  { number: 37, transport: 'tcp', use: 'Time of Day' },
];

async function port({ number, transport, use }: Port): Promise<Finding> {
  const name = `${transport}/${number}`;
  const refusal = await (transport === 'udp' ? tryUdp : tryTcp)(number, '0.0.0.0');
  if (refusal === undefined) return { name, verdict: 'pass', says: `free for ${use}`, cure: '' };
  if (refusal === 'EACCES' || refusal === 'EPERM')
    return { name, verdict: 'warn', says: `no right to open it for ${use}`, cure: rightsCure() };
  const holder = refusal === 'EADDRINUSE' ? portHolder(transport, number) : undefined;
  return {
    name,
    verdict: 'warn',
    says: `taken, so that serve cannot answer ${use} on all addresses: ${holder === undefined ? refusal : `${holder} has it`}`,
    cure:
      holder === undefined
        ? `find who holds it: ss -lpn sport = :${number}`
        : 'stop it, or let serve listen on an address that it does not use',
  };
}

/** What lets a plain user open ports under 1024, cheapest first. */
function rightsCure(): string {
  if (process.platform !== 'linux') return 'run serve as an administrator; run --mode live needs no right';
  return 'sysctl -w net.ipv4.ip_unprivileged_port_start=0, or run serve as root; run --mode live needs no right';
}

function tryUdp(number: number, address: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', (error: NodeJS.ErrnoException) => {
      socket.close();
      resolve(error.code ?? error.message);
    });
    socket.bind({ port: number, address, exclusive: true }, () => {
      socket.close(() => resolve(undefined));
    });
  });
}

function tryTcp(number: number, address: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ port: number, host: address, exclusive: true }, () => {
      server.close(() => resolve(undefined));
    });
  });
}

function interfaces(): Finding {
  const all = machineInterfaces();
  const names = all
    .map(({ name, addresses }) => `${name} (${addresses.map(formatPrefix).join(', ')})`)
    .join(', ');
  const real = all.some(({ addresses }) =>
    addresses.some(({ address }) => !LOOPBACK.test(formatIp(address))),
  );
  return {
    name: 'interfaces',
    verdict: real ? 'pass' : 'warn',
    says: names === '' ? 'none' : names,
    cure: real ? '' : 'serve reaches other machines only by an interface with an address; run needs none',
  };
}

const LOOPBACK = /^(127\.|::1$)/;

function formatPrefix({ address, prefixLength }: { address: Ip; prefixLength: number }): string {
  return `${formatIp(address)}/${prefixLength}`;
}

async function leases(): Promise<Finding> {
  const folder = mkdtempSync(join(tmpdir(), 'headend-doctor-'));
  try {
    const db = new LeaseDb(folder);
    const outcome = await new Promise<string>((resolve) => {
      db.persist('doctor', [{ table: 'lease', key: '192.0.2.1', value: { client: 'doctor' } }], resolve);
    });
    await db.close();
    if (outcome === 'durable')
      return { name: 'leases', verdict: 'pass', says: 'a lease can be made durable (lmdb)', cure: '' };
    return {
      name: 'leases',
      verdict: 'fail',
      says: 'a lease cannot be made durable',
      cure: 'look at the disk',
    };
  } catch (error) {
    const says = error instanceof Error ? error.message : String(error);
    return {
      name: 'leases',
      verdict: 'fail',
      says,
      cure: 'npm ci installs lmdb with its binary for this machine',
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function nativeInput(): Finding {
  return {
    name: 'datagrams',
    verdict: 'pass',
    says: 'by node:dgram (the native add-on is off: it is not in this build)',
    cure: '',
  };
}
