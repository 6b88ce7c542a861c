import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { askControl } from '../../src/api/control.ts';
import { formatIpv4, formatMac, toMac, type Ipv4 } from '../../src/core/address.ts';
import { Random, streamKey } from '../../src/core/random.ts';
import { MessageType, Option } from '../../src/codec/dhcp/codes.ts';
import { decodeMessage, type DhcpMessage } from '../../src/codec/dhcp/message.ts';
import type { Running } from '../interop/support/netns.ts';
import { clientMessage, ip, ipOption } from '../support/dhcp-builders.ts';
import { secondsSince, type Finding } from './findings.ts';
import { type ServeFile, startServe, stateFolder } from './serve-process.ts';

const SERVER = '127.0.0.1';
/** The relay that all clients stand behind. */
const GIADDR = '10.80.0.1';
const LEASE_SECONDS = 86_400;
const CLIENTS = 20_000;
/** Clients that ask at one time. */
const WINDOW = 64;
/** ACKs of one life before the kill, at most. */
const ACKS_MAX = 400;

/** What an ACK promised to a client. */
interface Promised {
  readonly address: Ipv4;
  /** When it was asked for, in seconds since 1970: it was promised then, or later. */
  readonly askedAt: number;
}

/** A question without an answer yet. */
interface Asking {
  readonly client: number;
  readonly askedAt: number;
}

/**
 * `serve --state` under DORA load is killed by SIGKILL, right after an ACK or moments later, and started again, over and over. Every lease
 * that any life confirmed must be listed by the next one: same address, same client, not ending before its time.
 */
export async function soakKills(
  file: ServeFile,
  { kills, seed }: { readonly kills: number; readonly seed: number },
): Promise<readonly Finding[]> {
  const startedAt = performance.now();
  const random = new Random(streamKey(seed, 'kills'));
  const state = stateFolder();
  const load = await Load.open(random);
  let slowestMs = 0;
  try {
    for (let life = 0; life <= kills; life++) {
      const spawnedAt = performance.now();
      const running = await startServe(file, 'dhcp', state.folder);
      slowestMs = Math.max(slowestMs, performance.now() - spawnedAt);
      load.check(life, await askControl(state.folder, 'leases'));
      if (life < kills) await load.until(running);
      else await running.end('SIGTERM');
    }
  } finally {
    load.close();
    state.remove();
  }
  const { acks, faults, promised } = load;
  const note = `${acks.toLocaleString('en')} ACKs to ${promised.size.toLocaleString('en')} clients, slowest start ${Math.round(slowestMs)} ms`;
  const fault =
    faults.length > 0 ? faults.slice(0, 10).join('; ') : acks < kills ? 'too few ACKs' : undefined;
  return [
    {
      part: 'kills',
      what: 'SIGKILL under load',
      count: kills,
      seconds: secondsSince(startedAt),
      note,
      fault,
    },
  ];
}

/** Clients behind one relay: new ones take a lease, those that have one renew it or start again. */
class Load {
  acks = 0;
  readonly faults: string[] = [];
  readonly promised = new Map<number, Promised>();
  readonly #owners = new Map<Ipv4, number>();
  readonly #random: Random;
  readonly #socket: Socket;
  /** By xid. */
  readonly #asking = new Map<number, Asking>();
  #xid = 1;
  #isLoading = false;
  #acked: () => void = () => {};

  static async open(random: Random): Promise<Load> {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 1_000_000 });
    socket.bind(67, GIADDR);
    await once(socket, 'listening');
    return new Load(random, socket);
  }

  private constructor(random: Random, socket: Socket) {
    this.#random = random;
    this.#socket = socket;
    socket.on('message', (octets) => {
      this.#heard(decodeMessage(octets));
    });
  }

  /** Loads a server until the moment of its death, which is not long after some ACK. */
  async until(running: Running): Promise<void> {
    const random = this.#random;
    let left = 1 + random.below(ACKS_MAX);
    this.#asking.clear();
    this.#isLoading = true;
    const exited = once(running.child, 'exit');
    // Half of the deaths come at once, half a moment later: in the middle of what the next flush is doing.
    const waitMs = random.below(2) === 0 ? 0 : random.below(8);
    const kill = (): void => void running.child.kill('SIGKILL');
    this.#acked = () => {
      if (--left !== 0) return;
      if (waitMs === 0) kill();
      else setTimeout(kill, waitMs);
    };
    // A lost datagram would leave its place empty: whoever waits is asked to begin anew.
    const refill = setInterval(() => {
      this.#asking.clear();
      this.#fill();
    }, 500);
    this.#fill();
    await exited;
    clearInterval(refill);
    // What it had sent before it died counts as well.
    await sleep(20);
    this.#isLoading = false;
  }

  /** Holds the listing of a new life against all promises of the earlier ones. */
  check(life: number, answer: unknown): void {
    const [server] = answer as [
      { leases: { address: string; state: string; mac: string; expires: number }[] },
    ];
    const rows = new Map(server.leases.map((row) => [row.address, row]));
    for (const [client, { address, askedAt }] of this.promised) {
      const row = rows.get(formatIpv4(address));
      const mac = formatMac(macOf(client));
      const isKept = row?.state === 'bound' && row.mac === mac && row.expires >= askedAt + LEASE_SECONDS - 2;
      if (!isKept)
        this.#fault(`life ${life}: ${mac} was promised ${formatIpv4(address)}, now ${JSON.stringify(row)}`);
    }
  }

  close(): void {
    this.#socket.close();
  }

  #fault(text: string): void {
    this.faults.push(text);
  }

  #fill(): void {
    while (this.#isLoading && this.#asking.size < WINDOW) this.#begin(this.#random.below(CLIENTS));
  }

  #begin(client: number): void {
    const known = this.promised.get(client);
    const draw = this.#random.below(3);
    if (known === undefined || draw === 0) this.#send(client, 'discover', []);
    // RFC 2131 table 4: renewing has ciaddr, starting again has option 50 alone.
    else if (draw === 1) this.#send(client, 'request', [], known.address);
    else this.#send(client, 'request', [ipOption(Option.requestedAddress, formatIpv4(known.address))]);
  }

  #send(
    client: number,
    type: 'discover' | 'request',
    options: readonly ReturnType<typeof ipOption>[],
    ciaddr: Ipv4 = ip('0.0.0.0'),
  ): void {
    const xid = this.#xid++;
    this.#asking.set(xid, { client, askedAt: Date.now() / 1000 });
    const message = { xid, hops: 1, giaddr: ip(GIADDR), mac: macOf(client), ciaddr, options };
    this.#socket.send(clientMessage(type, message), 67, SERVER);
  }

  #heard(message: DhcpMessage): void {
    const asking = this.#asking.get(message.xid);
    if (asking === undefined) return;
    const { client } = asking;
    this.#asking.delete(message.xid);
    switch (message.messageType) {
      case MessageType.offer:
        return this.#send(client, 'request', [
          ipOption(Option.requestedAddress, formatIpv4(message.yiaddr)),
          ipOption(Option.serverIdentifier, formatIpv4(message.ip(Option.serverIdentifier) ?? ip('0.0.0.0'))),
        ]);
      case MessageType.ack:
        this.#promise(asking, message.yiaddr);
        break;
      default:
        this.#fault(`${formatMac(macOf(client))} was told ${message.messageType}`);
    }
    this.#fill();
  }

  #promise({ client, askedAt }: Asking, address: Ipv4): void {
    const owner = this.#owners.get(address);
    if (owner !== undefined && owner !== client)
      this.#fault(
        `${formatIpv4(address)} was promised to ${formatMac(macOf(owner))} and ${formatMac(macOf(client))}`,
      );
    this.#owners.set(address, client);
    this.promised.set(client, { address, askedAt });
    this.acks++;
    this.#acked();
  }
}

function macOf(client: number): ReturnType<typeof toMac> {
  return toMac(0x0010_1880_0000 + client);
}
