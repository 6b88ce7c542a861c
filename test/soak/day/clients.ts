import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import {
  ANY,
  formatIpv4,
  formatMac,
  ipOctets,
  writeMac,
  type Ipv4,
  type Mac,
} from '../../../src/core/address.ts';
import type { Random } from '../../../src/core/random.ts';
import { MessageType, Option } from '../../../src/codec/dhcp/codes.ts';
import type { DhcpOption } from '../../../src/codec/dhcp/fields.ts';
import { decodeMessage, type DhcpMessage } from '../../../src/codec/dhcp/message.ts';
import { encodeRelayAgent } from '../../../src/codec/dhcp/option/relay-agent.ts';
import { clientMessage, ip, option, textOption } from '../../support/dhcp-builders.ts';
import type { Figures } from './figures.ts';
import {
  cpeMac,
  GIADDR,
  leaseSeconds,
  modemMac,
  powerOnMs,
  REBOOTS_A_DAY,
  SERVER,
  type Day,
} from './plan.ts';
import type { Clock } from './schedule.ts';

/** A question is sent again after so long, so often. */
const PATIENCE_MS = 2_000;
const TRIES = 4;
/** Of a hundred renewals so many go by the relay, as at T2. */
const REBINDS_IN_100 = 5;
/** Of a hundred customers' machines that are switched off, so many say so first. */
const RELEASES_IN_100 = 30;

/** What a client was given. */
export interface Lease {
  readonly address: string;
  /** Its end at the earliest, in milliseconds since 1970. */
  readonly until: number;
}

type Step = 'off' | 'selecting' | 'requesting' | 'renewing' | 'bound';

/** A modem or a customer's machine behind it. */
interface Client {
  readonly isModem: boolean;
  readonly mac: Mac;
  readonly modem: Mac;
  step: Step;
  /** What it has, or had last. */
  address: Ipv4;
  serverId: Ipv4;
  xid: number;
  sentAt: number;
  /** By the wall clock. */
  askedAt: number;
  /** The end of its lease, which began when it was asked for or later. */
  until: number;
  triesLeft: number;
  rebootAt: number;
  octets: Uint8Array;
  byRelay: boolean;
}

/** Modems and what is behind them: they take leases through a relay, renew them past it, begin anew and release. */
export class Clients {
  readonly #day: Day;
  readonly #clock: Clock;
  readonly #figures: Figures;
  readonly #random: Random;
  /** A modem that has its lease goes on to the time and its file. */
  readonly #configured: (modem: Mac, address: Ipv4) => void;
  readonly #relay: Socket;
  /** Answers to clients with an address come to port 68 of that address: all of them are this machine's. */
  readonly #own: Socket;
  readonly #asking = new Map<number, Client>();
  readonly #owners = new Map<Ipv4, Client>();
  #xid = 1;

  static async open(made: {
    readonly day: Day;
    readonly clock: Clock;
    readonly figures: Figures;
    readonly random: Random;
    readonly configured: (modem: Mac, address: Ipv4) => void;
  }): Promise<Clients> {
    const relay = await bound(67, GIADDR);
    const own = await bound(68, '0.0.0.0');
    return new Clients(made, relay, own);
  }

  private constructor(made: Parameters<typeof Clients.open>[0], relay: Socket, own: Socket) {
    this.#day = made.day;
    this.#clock = made.clock;
    this.#figures = made.figures;
    this.#random = made.random;
    this.#configured = made.configured;
    this.#relay = relay;
    this.#own = own;
    for (const socket of [relay, own])
      socket.on('message', (octets) => {
        this.#heard(decodeMessage(octets));
      });
  }

  start(): void {
    for (let index = 0; index < this.#day.modems; index++) {
      this.#powerOn(modemMac(index), modemMac(index));
      this.#powerOn(cpeMac(index), modemMac(index));
    }
  }

  /** What clients have now, or had last. */
  leases(): readonly Lease[] {
    return [...this.#owners].map(([address, { until }]) => ({ address: formatIpv4(address), until }));
  }

  close(): void {
    this.#relay.close();
    this.#own.close();
  }

  #powerOn(mac: Mac, modem: Mac): void {
    const client: Client = {
      isModem: mac === modem,
      mac,
      modem,
      step: 'off',
      address: ANY,
      serverId: ANY,
      xid: 0,
      sentAt: 0,
      askedAt: 0,
      until: 0,
      triesLeft: 0,
      rebootAt: 0,
      octets: new Uint8Array(0),
      byRelay: true,
    };
    this.#clock.events.after(this.#random.fraction() * powerOnMs(this.#day), () => {
      this.#boot(client);
    });
  }

  #boot(client: Client): void {
    client.rebootAt =
      performance.now() - (Math.log(1 - this.#random.fraction()) * this.#day.seconds * 1000) / REBOOTS_A_DAY;
    client.step = 'selecting';
    this.#ask(client, 'discover', [], { byRelay: true });
  }

  #renew(client: Client): void {
    client.step = 'renewing';
    this.#figures.renewals++;
    const byRelay = this.#random.below(100) < REBINDS_IN_100;
    this.#ask(client, 'request', [], { byRelay, ciaddr: client.address });
  }

  /** Off and on again, with the memory of a modem or without a word. */
  #reboot(client: Client): void {
    this.#figures.reboots++;
    client.step = 'off';
    if (!client.isModem && this.#random.below(100) < RELEASES_IN_100) this.#release(client);
    const restMs = (this.#random.fraction() * this.#day.seconds * 1000) / 480;
    this.#clock.events.after(restMs, () => {
      this.#boot(client);
    });
  }

  #release(client: Client): void {
    this.#figures.releases++;
    this.#owners.delete(client.address);
    this.#figures.bound = this.#owners.size;
    const options = [{ code: Option.serverIdentifier, octets: ipOctets(client.serverId) }];
    const message = { xid: this.#xid++, mac: client.mac, ciaddr: client.address, options };
    this.#own.send(clientMessage('release', message), 67, SERVER);
    client.address = ANY;
  }

  #ask(
    client: Client,
    type: 'discover' | 'request',
    options: readonly DhcpOption[],
    { byRelay, ciaddr = ANY }: { readonly byRelay: boolean; readonly ciaddr?: Ipv4 },
  ): void {
    client.xid = this.#xid++;
    client.triesLeft = TRIES;
    client.byRelay = byRelay;
    const relayed = byRelay ? [relayAgent(client.modem)] : [];
    const classes = client.isModem ? [textOption(Option.vendorClass, 'docsis3.1:')] : [];
    client.octets = clientMessage(type, {
      xid: client.xid,
      mac: client.mac,
      ciaddr,
      hops: byRelay ? 1 : 0,
      giaddr: byRelay ? ip(GIADDR) : ANY,
      options: [...options, ...classes, option(Option.parameterRequestList, 1, 3, 4, 6, 66, 67), ...relayed],
    });
    this.#asking.set(client.xid, client);
    this.#figures.open++;
    client.sentAt = performance.now();
    client.askedAt = Date.now();
    this.#send(client);
  }

  #send(client: Client): void {
    client.triesLeft--;
    const { xid } = client;
    (client.byRelay ? this.#relay : this.#own).send(client.octets, 67, SERVER);
    this.#clock.patience.after(PATIENCE_MS, () => {
      if (this.#asking.get(xid) !== client) return;
      this.#figures.again('dhcp');
      if (client.triesLeft > 0) return this.#send(client);
      this.#answered(client);
      this.#figures.error(`${formatMac(client.mac)} has no answer while ${client.step}`);
      this.#reboot(client);
    });
  }

  #answered(client: Client): void {
    this.#asking.delete(client.xid);
    this.#figures.open--;
  }

  #heard(message: DhcpMessage): void {
    const client = this.#asking.get(message.xid);
    // An answer to a question that was asked twice.
    if (client === undefined) return;
    this.#figures.answered('dhcp', client.sentAt);
    this.#answered(client);
    if (message.messageType === MessageType.offer && client.step === 'selecting')
      return this.#select(client, message);
    if (message.messageType === MessageType.ack && client.step !== 'selecting')
      return this.#bind(client, message);
    this.#figures.error(`${formatMac(client.mac)} was told ${message.messageType} while ${client.step}`);
    this.#reboot(client);
  }

  #select(client: Client, message: DhcpMessage): void {
    client.step = 'requesting';
    client.serverId = message.ip(Option.serverIdentifier) ?? ANY;
    const options = [
      { code: Option.requestedAddress, octets: ipOctets(message.yiaddr) },
      { code: Option.serverIdentifier, octets: ipOctets(client.serverId) },
    ];
    this.#ask(client, 'request', options, { byRelay: true });
  }

  #bind(client: Client, message: DhcpMessage): void {
    const { yiaddr } = message;
    const wasNew = client.step === 'requesting';
    this.#judge(client, message);
    client.step = 'bound';
    client.address = yiaddr;
    client.until = client.askedAt + leaseSeconds(this.#day) * 1_000;
    this.#owners.set(yiaddr, client);
    this.#figures.bound = this.#owners.size;
    if (client.isModem && wasNew) this.#configured(client.mac, yiaddr);
    const t1Ms = (message.u32(Option.renewalTime) ?? 0) * 1000;
    const untilRebootMs = client.rebootAt - performance.now();
    this.#clock.events.after(Math.min(t1Ms, Math.max(0, untilRebootMs)), () => {
      if (untilRebootMs < t1Ms) this.#reboot(client);
      else this.#renew(client);
    });
  }

  #judge(client: Client, message: DhcpMessage): void {
    const { yiaddr } = message;
    const who = formatMac(client.mac);
    const owner = this.#owners.get(yiaddr);
    if (owner !== undefined && owner !== client)
      this.#figures.error(`${formatIpv4(yiaddr)} was given to ${who} and to ${formatMac(owner.mac)}`);
    if (client.address !== ANY && client.address !== yiaddr)
      this.#figures.error(`${who} had ${formatIpv4(client.address)} and was given ${formatIpv4(yiaddr)}`);
    const inside = client.isModem ? '10.128.' : '10.144.';
    if (!formatIpv4(yiaddr).startsWith(inside)) this.#figures.error(`${who} was given ${formatIpv4(yiaddr)}`);
    if (message.u32(Option.leaseTime) !== leaseSeconds(this.#day))
      this.#figures.error(`${who} has a lease of ${message.u32(Option.leaseTime)} s`);
  }
}

function relayAgent(modem: Mac): DhcpOption {
  const circuitId = Uint8Array.of(0x20, 0, 0, 2);
  const remoteId = new Uint8Array(6);
  writeMac(remoteId, 0, modem);
  return { code: Option.relayAgent, octets: encodeRelayAgent({ circuitId, remoteId }) };
}

async function bound(port: number, address: string): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4_000_000 });
  socket.bind(port, address);
  await once(socket, 'listening');
  return socket;
}
