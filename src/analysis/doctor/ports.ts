import { formatEndpoint } from '../../core/address.ts';
import type { BindFacts, Facts, Holder } from './facts.ts';
import { fail, pass, warn, type Finding } from './finding.ts';

/** Whether `serve` could open its ports, and who has those that it could not. */
export function judgePorts({ binds, wanted, state }: Facts): readonly Finding[] {
  return binds.flatMap((bind): Finding[] => {
    const name = `${bind.protocol}/${bind.endpoint.port}`;
    const where = formatEndpoint(bind.endpoint);
    switch (bind.refusal) {
      case undefined:
        // Port 0: only the address was tried.
        return bind.endpoint.port === 0 ? [] : [pass(name, `${where} is free for ${bind.use}`)];
      case 'EADDRNOTAVAIL':
      case 'EAFNOSUPPORT':
        // The address is at fault, not the port: told of interfaces and of IPv6.
        return [];
      case 'EACCES':
      case 'EPERM':
        // Told once, of the rights.
        return [];
      default:
        return [held(name, bind, state?.owner, wanted.hasFile ? fail : warn)];
    }
  });
}

function held(
  name: string,
  { endpoint, use, refusal, holder }: BindFacts,
  own: Holder | undefined,
  worse: typeof fail,
): Finding {
  const where = formatEndpoint(endpoint);
  if (holder !== undefined && holder.pid === own?.pid)
    return pass(name, `${where} answers ${use} now: the serve of this state folder, process ${own.pid}`);
  if (refusal !== 'EADDRINUSE')
    return worse(name, {
      says: `${where} cannot be opened for ${use}: ${refusal}`,
      why: 'serve would end with the same error',
      cure: 'look the error up (errno), and for a security module: aa-status, getenforce',
    });
  if (holder === undefined)
    return worse(name, {
      says: `${where} is held by a process that this user may not see`,
      why: `serve cannot answer ${use} there`,
      cure: `find who: sudo ss -lpn 'sport = :${endpoint.port}'; a container's port is held from outside of it`,
    });
  return worse(name, {
    says: `${where} is held by process ${holder.pid} (${holder.program})`,
    why: `serve cannot answer ${use} there`,
    cure: cureOf(holder),
  });
}

/** Programs that hold these ports on a machine as it comes, and how they are told to let go. */
const CURES: readonly { readonly program: RegExp; readonly cure: string }[] = [
  {
    program: /^systemd-resolve/,
    cure: 'DNSStubListener=no in /etc/systemd/resolved.conf, then systemctl restart systemd-resolved',
  },
  {
    program: /^dnsmasq$/,
    cure: 'systemctl stop dnsmasq; one started by libvirt or lxc holds it for its bridge: virsh net-destroy default',
  },
  {
    program: /^(named|unbound|nsd|knotd|pdns)/,
    cure: 'stop it, or give serve another address with --listen',
  },
  {
    program: /^(dhcpd|kea-dhcp4)/,
    cure: 'stop it: two DHCP servers on one wire give out conflicting addresses',
  },
  { program: /^(in\.tftpd|tftpd|atftpd)/, cure: 'systemctl stop tftpd-hpa (or atftpd), or use --listen' },
  { program: /^docker-proxy$/, cure: 'docker ps shows which container publishes the port: stop that' },
  { program: /^x?inetd$/, cure: 'take the service out of its configuration and reload it' },
];

function cureOf({ pid, program }: Holder): string {
  const known = CURES.find((one) => one.program.test(program));
  return known?.cure ?? `stop it (kill ${pid}), or choose another address with --listen`;
}
