import type { Endpoint, Ip } from '../../../core/address.ts';
import { ANY, ANY6, isIpv4 } from '../../../core/address.ts';
import { CLIENT_PORT, SERVER_PORT } from '../../../codec/dhcp/codes.ts';
import type { HostSpec, LiveSpec } from '../../../core/driver.ts';
import { EnvironmentError } from '../../../core/errors.ts';
import { inertStation, type Interface, type Packet, type Station } from '../plant.ts';
import { UdpSocket } from '../udp.ts';
import type { World } from '../world.ts';
import { Recent } from './recent.ts';

/** Sockets that are kept for those who asked: of more the one that was quiet longest is closed. */
const SOCKETS_MAX = 1_024;

/** One of ours that has asked: its socket, and both ends as the scenario knows them. */
interface Asker {
  readonly socket: UdpSocket;
  close(): void;
  readonly known: Endpoint;
  /** Which of the server's addresses it asked. */
  readonly asked: Ip;
}

/** A real server elsewhere, as the plant sees it: what comes for it goes on by a socket of who sent it. */
export class FarServer {
  readonly station: Station;
  readonly interfaces: Interface[] = [];
  readonly #world: World;
  readonly #live: Extract<LiveSpec, { kind: 'server' }>;
  readonly #askers = new Recent<Asker>(SOCKETS_MAX);

  constructor(world: World, spec: HostSpec, live: Extract<LiveSpec, { kind: 'server' }>) {
    this.#world = world;
    this.#live = live;
    this.station = {
      ...inertStation(spec, this.interfaces, true),
      hasPort: () => true,
      datagram: (packet) => this.#take(packet),
    };
  }

  /** Where the kernel finds one of its endpoints. */
  realOf({ address, port }: Endpoint): Endpoint {
    return { address: this.#live.address ?? address, port: this.#live.ports.get(port) ?? port };
  }

  /** From now on streams to its ports go there. */
  open(): void {
    for (const known of this.#tcpEndpoints()) this.#world.streamEnds.listenOutside(known, this.realOf(known));
  }

  close(): void {
    for (const known of this.#tcpEndpoints()) this.#world.streamEnds.unlisten(known);
    this.#askers.close();
  }

  #tcpEndpoints(): readonly Endpoint[] {
    const { interfaces, tcpPorts } = this.station.spec;
    return interfaces.flatMap(({ addresses }) =>
      addresses.flatMap(({ address }) => tcpPorts.map((port) => ({ address, port }))),
    );
  }

  #take(packet: Packet): void {
    // What is said to all on its segment does not leave this process.
    if (!this.interfaces.some((own) => own.has(packet.to.address))) return;
    const asker = this.#askerFor(packet);
    if (asker === undefined) {
      this.#world.counts.sendsRefused++;
      return;
    }
    this.#world.counts.datagramsOut++;
    asker.socket.send(packet.octets, packet.octets.length, this.realOf(packet.to));
  }

  #askerFor({ from, to }: Packet): Asker | undefined {
    const key = `${from.address} ${from.port} ${to.address}`;
    return this.#askers.use(key, () => this.#openFor({ ...from }, to.address));
  }

  #openFor(known: Endpoint, asked: Ip): Asker | undefined {
    const receiver = {
      datagram: (octets: Uint8Array, from: Ip, fromPort: number): void =>
        this.#answered(octets, { address: from, port: fromPort }, { known, asked }),
      // That nobody listens there is silence to who asked, as behind any firewall.
      refused: (): void => {
        this.#world.counts.sendsRefused++;
      },
    };
    // RFC 2131 §4.1: a server answers a relay, or a client that renews, at the address in its message and at the port of old.
    const isOwn = known.port === SERVER_PORT || known.port === CLIENT_PORT;
    const any = isIpv4(this.realOf({ address: asked, port: 0 }).address) ? ANY : ANY6;
    for (const where of [...(isOwn ? [known] : []), { address: any, port: 0 }])
      try {
        return askerBy(new UdpSocket(where, receiver), known, asked);
      } catch (error) {
        if (!(error instanceof EnvironmentError)) throw error;
      }
    return undefined;
  }

  /** Takes what a socket of somebody else got, where it came from this server: a relay's may be open for real clients too. */
  hears(octets: Uint8Array, from: Endpoint, known: Endpoint): boolean {
    const own = this.interfaces.flatMap(({ addresses }) => addresses.map(({ address }) => address));
    const asked = this.#live.address === undefined ? own.find((one) => one === from.address) : own[0];
    if (asked === undefined || this.realOf({ address: asked, port: 0 }).address !== from.address)
      return false;
    this.#answered(octets, from, { known, asked });
    return true;
  }

  #answered(octets: Uint8Array, from: Endpoint, { known, asked }: Pick<Asker, 'known' | 'asked'>): void {
    this.#world.counts.datagramsIn++;
    const { address, ports } = this.#live;
    // Anybody may send to a port of this machine: only the server is heard.
    if (from.address !== (address ?? asked)) return;
    const [port = from.port] = [...ports].find(([, real]) => real === from.port) ?? [];
    const said = { octets: octets.slice(), rule: undefined, detail: undefined };
    this.#world.network.send(this.station, port, { ...known, source: asked }, said);
  }
}

function askerBy(socket: UdpSocket, known: Endpoint, asked: Ip): Asker {
  return {
    socket,
    known,
    asked,
    close: () => {
      socket.close();
    },
  };
}
