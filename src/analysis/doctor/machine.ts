import type { Facts, MachineFacts, Wanted } from './facts.ts';
import { fail, note, pass, warn, type Finding } from './finding.ts';
import { formatBytes } from './text.ts';

const NODE_OLDEST = [20, 19] as const;
/** headend was written in 2026: no clock that is right shows an earlier year. */
const FIRST_SECOND_OF_2026 = 1_767_225_600;
/** A thousand TCP connections for each server, as many transfers with a file and a socket each, and some to spare. */
const DESCRIPTORS_WANTED = 4096;
/** What `serve` asks the kernel for: a storm of retries after a power cut waits there. */
const BUFFER_OCTETS_WANTED = 4 * 1024 * 1024;
/** From so many clients on, a power cut is a storm. */
const STORM_CLIENTS = 500;

/** The machine as such, whatever is to be served. */
export function judgeMachine(facts: Facts): readonly Finding[] {
  const { machine, wanted } = facts;
  return [
    nodeVersion(machine),
    platform(machine, wanted),
    ...clock(machine),
    loopback(machine),
    ...rights(machine, wanted),
    ...descriptors(machine),
    ...buffers(machine, wanted),
    ...ipv6(facts),
    ...container(machine, wanted),
    input(machine),
  ];
}

function nodeVersion({ node }: MachineFacts): Finding {
  const [major = 0, minor = 0] = node.split('.').map(Number);
  const [wantMajor, wantMinor] = NODE_OLDEST;
  if (major > wantMajor || (major === wantMajor && minor >= wantMinor)) return pass('node', `Node ${node}`);
  return fail('node', {
    says: `Node ${node}`,
    why: `headend is written for ${NODE_OLDEST.join('.')} and later, and tested there`,
    cure: `install Node ${NODE_OLDEST.join('.')} or later`,
  });
}

function platform({ platform: name }: MachineFacts, wanted: Wanted): Finding {
  if (name === 'linux') return pass('platform', 'Linux: everything works');
  const trouble = {
    says: `${name}: DHCP on real interfaces does not work, all else does`,
    why: 'a client without an address is reached by a broadcast out of one interface, which needs Linux',
    cure: 'serve DHCP from Linux; run, run --mode live and serve on loopback work here',
  };
  return wanted.interfaces.length > 0 ? fail('platform', trouble) : warn('platform', trouble);
}

function clock({ nowUs, nowText, synchronised }: MachineFacts): readonly Finding[] {
  const says = `the clock says ${nowText}`;
  if (nowUs / 1e6 < FIRST_SECOND_OF_2026)
    return [
      fail('clock', {
        says,
        why: 'Time of Day would hand that date to every modem, and the log would have it, too',
        cure: 'set it (date -s, hwclock), then keep it right: timedatectl set-ntp true',
      }),
    ];
  if (synchronised === false)
    return [
      warn('clock', {
        says: `${says}, and no time server keeps it`,
        why: 'Time of Day hands its error to every modem',
        cure: 'timedatectl set-ntp true, or run chrony',
      }),
    ];
  return [pass('clock', synchronised === true ? `${says}, kept by a time server` : says)];
}

function loopback({ loopback: { refusal, isWhole } }: MachineFacts): Finding {
  if (refusal !== undefined)
    return fail('loopback', {
      says: `no socket on 127.0.0.1: ${refusal}`,
      why: 'run --mode live and serve without --interface or --listen answer there',
      cure: 'bring the loopback interface up: ip link set lo up',
    });
  return pass(
    'loopback',
    isWhole
      ? 'each scenario address has its own in 127.0.0.0/8 for run --mode live'
      : 'scenario addresses share 127.0.0.1 in run --mode live, with a block of ports each',
  );
}

function rights(machine: MachineFacts, wanted: Wanted): readonly Finding[] {
  const { mayBindLow, unprivilegedFrom, isRoot } = machine;
  const lowest = Math.min(...wanted.ports.map(({ port }) => port));
  if (mayBindLow === undefined || unprivilegedFrom === undefined) return [];
  if (mayBindLow) return [pass('rights', `ports under 1024 may be opened${isRoot ? ' (root)' : ''}`)];
  if (lowest >= unprivilegedFrom)
    return [pass('rights', `ports from ${unprivilegedFrom} on may be opened by everybody`)];
  const low = wanted.ports.filter(({ port }) => port < unprivilegedFrom);
  const trouble = {
    says: `no right to ${low.map(({ protocol, port }) => `${protocol}/${port}`).join(', ')}`,
    why: `this user may open ports from ${unprivilegedFrom} on; clients ask at the numbers of the RFCs`,
    cure:
      `sysctl -w net.ipv4.ip_unprivileged_port_start=${lowest}; or the right to this Node alone: ` +
      `setcap cap_net_bind_service=+ep on the node binary; or serve as root; in a container: ` +
      `--cap-add NET_BIND_SERVICE`,
  };
  return [(wanted.hasFile ? fail : warn)('rights', trouble)];
}

function descriptors({ descriptorsMax }: MachineFacts): readonly Finding[] {
  if (descriptorsMax === undefined) return [];
  const says = `${descriptorsMax} files and sockets may be open at once`;
  if (descriptorsMax >= DESCRIPTORS_WANTED) return [pass('descriptors', says)];
  return [
    warn('descriptors', {
      says,
      why: 'each TCP connection and each TFTP transfer takes one or two; past the limit new ones are refused',
      cure: `ulimit -n ${DESCRIPTORS_WANTED * 4}, or LimitNOFILE= in the unit`,
    }),
  ];
}

function buffers({ bufferOctetsMax }: MachineFacts, { subnets }: Wanted): readonly Finding[] {
  if (bufferOctetsMax === undefined) return [];
  const says = `the kernel keeps at most ${formatBytes(bufferOctetsMax)} of waiting datagrams for a socket`;
  if (bufferOctetsMax >= BUFFER_OCTETS_WANTED) return [pass('buffers', says)];
  const clients = subnets.reduce((sum, { addressCount }) => sum + addressCount, 0);
  const why = 'after a power cut all clients ask at once; what finds no room is lost and asked again later';
  const cure = `sysctl -w net.core.rmem_max=${BUFFER_OCTETS_WANTED}`;
  return clients >= STORM_CLIENTS
    ? [warn('buffers', { says: `${says}, and ${clients} clients may ask`, why, cure })]
    : [note('buffers', says, why, cure)];
}

function ipv6({ machine, wanted }: Facts): readonly Finding[] {
  const wantsIt = wanted.addresses.find(({ address }) => typeof address === 'string');
  if (machine.hasIpv6 !== false) return [];
  if (wantsIt === undefined) return [note('ipv6', 'IPv6 is off here, and the file has no use for it')];
  return [
    fail('ipv6', {
      says: `IPv6 is off here, and ${wantsIt.host} has the address ${wantsIt.address}`,
      why: 'no socket can be opened there',
      cure: 'sysctl -w net.ipv6.conf.all.disable_ipv6=0 (in a container: --sysctl), or take the address out',
    }),
  ];
}

function container({ container: kind }: MachineFacts, { interfaces }: Wanted): readonly Finding[] {
  if (kind === '') return [];
  const says = `this is a container (${kind})`;
  if (interfaces.length === 0) return [note('container', says)];
  return [
    note(
      'container',
      `${says}: it hears only the broadcasts of its own network`,
      'clients on the wire of the host, and Docker Desktop whole, are outside of it',
      'give it the wire: --network host, or a macvlan network; relays by unicast need neither',
    ),
  ];
}

function input({ hasNative }: MachineFacts): Finding {
  return pass(
    'datagrams',
    hasNative ? 'by the native add-on' : 'by node:dgram (the native add-on is off: it is not in this build)',
  );
}
