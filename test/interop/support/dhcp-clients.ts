import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab, Running } from './netns.ts';

/** Debian's DHCP clients. All but klibc's `ipconfig` go on running, renew, and take signals. */
export type ClientKind = 'udhcpc' | 'dhclient' | 'dhcpcd' | 'ipconfig';

export const CLIENT_KINDS: readonly ClientKind[] = ['udhcpc', 'dhclient', 'dhcpcd', 'ipconfig'];

/** What each says when it has a lease; the address is the first group. */
const LEASED: Readonly<Record<ClientKind, RegExp>> = {
  udhcpc: /lease of (\S+) obtained/,
  dhclient: /bound to (\S+)/,
  dhcpcd: /leased (\S+) for/,
  ipconfig: /address: (\S+)/,
};

/** Takes an address as a real host would; dhcpcd and ipconfig do so by themselves. */
const UDHCPC_SCRIPT = `#!/bin/sh
case "$1" in
  deconfig) ip address flush dev "$interface" ;;
  bound|renew)
    ip address replace "$ip/$mask" dev "$interface"
    [ -z "$router" ] || ip route replace default via "$router" ;;
esac
exit 0
`;

const DHCLIENT_SCRIPT = `#!/bin/sh
case "$reason" in
  BOUND|RENEW|REBIND|REBOOT)
    ip address replace "$new_ip_address/$new_subnet_mask" dev "$interface"
    [ -z "$new_routers" ] || ip route replace default via "$new_routers" ;;
  EXPIRE|FAIL|RELEASE|STOP) ip address flush dev "$interface" ;;
esac
exit 0
`;

/** The folder of what a client in a namespace remembers. */
export function memoryOf(lab: Lab, namespace: string): string {
  const folder = join(lab.folder, `memory-${namespace}`);
  mkdirSync(folder, { recursive: true });
  return folder;
}

function program(folder: string, name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o755 });
  return path;
}

function commandOf(lab: Lab, namespace: string, kind: ClientKind): readonly string[] {
  const folder = memoryOf(lab, namespace);
  switch (kind) {
    case 'udhcpc':
      return [
        'udhcpc',
        '-f',
        '-t',
        '8',
        '-T',
        '2',
        '-i',
        'eth0',
        '-s',
        program(folder, 'script', UDHCPC_SCRIPT),
      ];
    case 'dhclient': {
      const files = ['-lf', join(folder, 'leases'), '-pf', join(folder, 'pid'), '-cf', '/dev/null'];
      return [
        'dhclient',
        '-4',
        '-d',
        '-v',
        ...files,
        '-sf',
        program(folder, 'script', DHCLIENT_SCRIPT),
        'eth0',
      ];
    }
    case 'dhcpcd': {
      // It has one folder for leases and one for sockets whatever it is told; a namespace has its own view of both.
      const views =
        'mkdir -p /var/lib/dhcpcd /run/dhcpcd "$0/run"; mount --bind "$0" /var/lib/dhcpcd; mount --bind "$0/run" /run/dhcpcd';
      return ['sh', '-c', `${views}; exec dhcpcd -4 -B -d -f /dev/null -c /bin/true eth0 "$@"`, folder];
    }
    case 'ipconfig':
      return ['/usr/lib/klibc/bin/ipconfig', '-t', '15', '-c', 'dhcp', '-d', 'eth0'];
  }
}

/** Starts a client on `eth0` of a namespace and waits for its lease. */
export function lease(
  lab: Lab,
  namespace: string,
  kind: ClientKind,
  ...flags: readonly string[]
): Promise<Running> {
  const [command = '', ...args] = commandOf(lab, namespace, kind);
  return lab.start(namespace, LEASED[kind], command, ...args, ...flags);
}

/** The address that a client has last said to have. */
export function leasedBy(kind: ClientKind, running: Running): string {
  const all = [...running.output.matchAll(new RegExp(LEASED[kind], 'g'))];
  return all.at(-1)?.[1] ?? 'none';
}
