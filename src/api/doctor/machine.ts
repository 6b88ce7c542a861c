import { createSocket } from 'node:dgram';
import { existsSync, readFileSync } from 'node:fs';
import type { MachineFacts } from '../../analysis/doctor/facts.ts';
import { ipv4 } from '../../core/address.ts';
import { canBindAnyLoopback } from '../../driver/real/place.ts';
import { tryUdp } from './binds.ts';
import { runTool } from './tools.ts';

/** Linux's capabilities(7): the bit of CAP_NET_BIND_SERVICE. */
const NET_BIND_SERVICE = 1n << 10n;
/** Windows lets everybody open any port, macOS since 10.14 on all addresses. */
const FREE_PORTS = 0;

export async function collectMachine(): Promise<MachineFacts> {
  const { platform } = process;
  const now = Date.now();
  const isRoot = process.getuid?.() === 0;
  const capabilities = /^CapEff:\s*([0-9a-f]+)/m.exec(textOf('/proc/self/status'))?.[1];
  return {
    platform,
    node: process.versions.node,
    nowUs: now * 1000,
    nowText: `${new Date(now).toISOString().slice(0, 19).replace('T', ' ')} UTC`,
    synchronised: await isSynchronised(),
    isRoot,
    mayBindLow: capabilities === undefined ? isRoot : (BigInt(`0x${capabilities}`) & NET_BIND_SERVICE) !== 0n,
    unprivilegedFrom:
      platform === 'linux' ? numberIn('/proc/sys/net/ipv4/ip_unprivileged_port_start') : FREE_PORTS,
    descriptorsMax: descriptors(),
    bufferOctetsMax: numberIn('/proc/sys/net/core/rmem_max'),
    hasIpv6: await hasIpv6(),
    container: containerKind(),
    loopback: {
      refusal: (await tryUdp({ address: ipv4(0x7f000001), port: 0 })).refusal,
      isWhole: canBindAnyLoopback(),
    },
    hasNative: false,
  };
}

/** As systemd or chrony have it; undefined where neither runs. */
async function isSynchronised(): Promise<boolean | undefined> {
  if (existsSync('/run/systemd/system')) {
    const { out } = await runTool('timedatectl', 'show', '--property=NTPSynchronized', '--value');
    if (/^(yes|no)\s*$/.test(out)) return out.startsWith('yes');
  }
  const { code, out } = await runTool('chronyc', '-c', 'tracking');
  return code === 0 ? !out.includes('Not synchronised') : undefined;
}

/** The soft limit, which Node raises to the hard one at its start. */
function descriptors(): number | undefined {
  const soft = /^Max open files\s+(\d+|unlimited)/m.exec(textOf('/proc/self/limits'))?.[1];
  if (soft === undefined) return undefined;
  return soft === 'unlimited' ? Number.MAX_SAFE_INTEGER : Number(soft);
}

/** Whether a socket can be opened on ::1: a kernel without IPv6, and one where it is switched off, refuse alike. */
function hasIpv6(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp6');
    const end = (answer: boolean): void => {
      socket.close();
      resolve(answer);
    };
    socket.once('error', () => end(false));
    socket.bind({ address: '::1', port: 0, exclusive: true }, () => end(true));
  });
}

function containerKind(): string {
  if (process.env['KUBERNETES_SERVICE_HOST'] !== undefined) return 'kubernetes';
  if (existsSync('/run/.containerenv')) return 'podman';
  if (existsSync('/.dockerenv')) return 'docker';
  const named = process.env['container'] ?? '';
  return /^[\w-]{1,32}$/.test(named) ? named : '';
}

/** A small file of /proc or /sys; empty where it is not there or may not be read. */
export function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}

export function numberIn(file: string): number | undefined {
  const text = textOf(file);
  return /^-?\d+$/.test(text) ? Number(text) : undefined;
}
