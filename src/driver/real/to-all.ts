import { BROADCAST } from '../../core/address.ts';
import type { NamedInterface } from './system.ts';
import type { UdpSocket } from './udp.ts';
import type { World } from './world.ts';

/** Sends to all on a link: to 255.255.255.255, and to the subnet's own broadcast only when that is unreachable. */
export function sendToAll(
  world: World,
  socket: UdpSocket,
  what: { readonly octets: Uint8Array; readonly port: number; readonly on: NamedInterface | undefined },
  done: (code: string | undefined) => void,
): void {
  const { octets, port, on } = what;
  socket.trySend(octets, { address: BROADCAST, port }, (code) => {
    if (on === undefined || code !== 'ENETUNREACH') {
      done(code);
      return;
    }
    world.counts.subnetBroadcasts++;
    world.notice(
      `255.255.255.255 is unreachable by ${on.name}: broadcasting to the subnet instead; ` +
        `ip route add 255.255.255.255 dev ${on.name} cures it`,
    );
    socket.trySend(octets, { address: on.broadcast, port }, done);
  });
}
