import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import type { Endpoint, Ip, Ipv4 } from '../../core/address.ts';
import {
  ANY,
  ANY6,
  broadcastOf,
  formatEndpoint,
  formatIp,
  ipOctets,
  isIpv4,
  maskIp,
  parseIp,
} from '../../core/address.ts';
import { EnvironmentError } from '../../core/errors.ts';
import { escapeText } from '../../core/text.ts';

/** An interface of this machine, as `doctor` and the errors show it. */
export interface MachineInterface {
  readonly name: string;
  readonly addresses: readonly { readonly address: Ip; readonly prefixLength: number }[];
}

/** The interfaces that are up, in the system's order. */
export function machineInterfaces(): MachineInterface[] {
  return Object.entries(networkInterfaces()).map(([name, found]) => ({
    name,
    addresses: (found ?? []).flatMap(({ cidr }) => {
      const [text, length] = (cidr ?? '').split('/');
      const address = parseIp(text?.replace(/%.*/, '') ?? '');
      return address === undefined ? [] : [{ address, prefixLength: Number(length) }];
    }),
  }));
}

/** A cable that was just plugged in takes up to a second before the kernel calls its interface running. */
const RISE_MS = 3_000;
const LOOK_MS = 50;

/** Waits for an interface that is there to come up; whoever asks for it next says what is wrong when it has not. */
export async function interfaceRisen(name: string): Promise<void> {
  const deadline = performance.now() + RISE_MS;
  while (performance.now() < deadline && namesIn('/sys/class/net').includes(name)) {
    if (machineInterfaces().some((own) => isCalled(own, name))) return;
    await new Promise<void>((resolve) => {
      setTimeout(resolve, LOOK_MS);
    });
  }
}

/** Throws `EnvironmentError` where there is no such interface, with an address or without. */
export function assertThere(name: string): void {
  if (!namesIn('/sys/class/net').includes(name)) machineInterface(name);
}

/** One interface that is up, with the IPv4 address to answer from. */
export interface NamedInterface {
  readonly name: string;
  readonly address: Ipv4;
  readonly prefixLength: number;
  /** Its subnet's. */
  readonly broadcast: Ipv4;
  /** All that it has, of both families. */
  readonly addresses: readonly Ip[];
}

function machineInterface(name: string): MachineInterface {
  const all = machineInterfaces();
  const found = all.find((candidate) => isCalled(candidate, name));
  if (found !== undefined) return found;
  throw new EnvironmentError(
    parseIp(name) === undefined
      ? `there is no interface ${escapeText(name)} that is up`
      : `no interface that is up has the address ${escapeText(name)}`,
    `name one of ${all.map((candidate) => candidate.name).join(', ')}`,
  );
}

/** By its name, or by an address that it has: containers number their interfaces as it happens. */
export function interfaceNamed(name: string): NamedInterface {
  const found = machineInterface(name);
  const named = parseIp(name);
  const own = found.addresses.find(({ address }) =>
    named === undefined || !isIpv4(named) ? isIpv4(address) : address === named,
  );
  if (own === undefined || !isIpv4(own.address))
    throw new EnvironmentError(
      `${name} has no IPv4 address`,
      `give it one, such as: ip address add 10.50.0.1/24 dev ${found.name}`,
    );
  const { address, prefixLength } = own;
  return {
    name: found.name,
    address,
    prefixLength,
    broadcast: broadcastOf({ address: maskIp(address, prefixLength), length: prefixLength }),
    addresses: found.addresses.map((one) => one.address),
  };
}

/** By its name, or an address that it has. */
export function isCalled({ name, addresses }: MachineInterface, wanted: string): boolean {
  if (name === wanted) return true;
  const address = parseIp(wanted);
  return address !== undefined && addresses.some((own) => own.address === address);
}

/** What a refused bind means to the person, with the cures. */
export function bindError(code: string, protocol: 'udp' | 'tcp', endpoint: Endpoint): EnvironmentError {
  const where = `${protocol} ${formatEndpoint(endpoint)}`;
  switch (code) {
    case 'EADDRINUSE': {
      const holder = portHolder(protocol, endpoint);
      return new EnvironmentError(
        `${where} is in use${holder === undefined ? '' : ` by process ${holder.pid} (${holder.program})`}`,
        holder === undefined
          ? `see who has it (ss -lpn 'sport = :${endpoint.port}'), then stop that or choose another address`
          : 'stop it, or choose another address',
      );
    }
    case 'EACCES':
    case 'EPERM':
      return new EnvironmentError(
        `no right to open ${where}`,
        `run as root; or sysctl net.ipv4.ip_unprivileged_port_start=${endpoint.port}; or setcap cap_net_bind_service=+ep ${process.execPath}`,
      );
    case 'EADDRNOTAVAIL':
      return new EnvironmentError(
        `${formatIp(endpoint.address)} is not an address of this machine`,
        `its addresses are ${machineInterfaces()
          .flatMap(({ addresses }) => addresses.map(({ address }) => formatIp(address)))
          .join(', ')}; use one of these, or add it with: ip address add`,
      );
    case 'EMFILE':
    case 'ENFILE':
      return new EnvironmentError(
        `no file descriptor is left for ${where}`,
        'raise the limit: ulimit -n 65536',
      );
    default:
      return new EnvironmentError(`cannot open ${where}: ${code}`, 'run `headend doctor`');
  }
}

/** A process, as far as this user may see it. */
export interface PortHolder {
  readonly pid: number;
  /** Safe to show. */
  readonly program: string;
}

/** Who has an endpoint, or one that shuts it out; undefined where that is not to be seen. Linux only. */
export function portHolder(protocol: 'udp' | 'tcp', endpoint: Endpoint): PortHolder | undefined {
  const inodes = new Set<string>();
  for (const family of ['', '6']) {
    for (const line of linesOf(`/proc/net/${protocol}${family}`).slice(1)) {
      const fields = line.trim().split(/\s+/);
      // TCP: 0A is LISTEN.
      if (protocol === 'tcp' && fields[3] !== '0A') continue;
      const [address = '', port = ''] = fields[1]?.split(':') ?? [];
      if (
        parseInt(port, 16) === endpoint.port &&
        shutsOut(address, endpoint.address) &&
        fields[9] !== undefined
      )
        inodes.add(fields[9]);
    }
  }
  if (inodes.size === 0) return undefined;
  for (const pid of namesIn('/proc').filter((name) => /^\d+$/.test(name))) {
    for (const fd of namesIn(`/proc/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(linkAt(`/proc/${pid}/fd/${fd}`))?.[1];
      if (inode !== undefined && inodes.has(inode))
        return { pid: Number(pid), program: programOf(Number(pid)) };
    }
  }
  return undefined;
}

/** The name of a process, safe to show. */
export function programOf(pid: number): string {
  return escapeText(linesOf(`/proc/${pid}/comm`)[0] ?? '?');
}

/** Whether a socket on `held`, an address as /proc/net writes it, leaves no room for one on `wanted`. */
function shutsOut(held: string, wanted: Ip): boolean {
  if (/^0*$/.test(held) || wanted === ANY || wanted === ANY6) return true;
  const octets = ipOctets(wanted);
  // The kernel prints words of its own byte order, and Node runs on little-endian machines only.
  const words = (held.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).toReversed());
  return words.length === octets.length && words.every((text, index) => parseInt(text, 16) === octets[index]);
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n');
  } catch {
    return [];
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function linkAt(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return '';
  }
}
