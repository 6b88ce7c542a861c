import { frameMessage } from '../codec/dns/frame.ts';
import { formatName } from '../codec/dns/name.ts';
import { ANY, BROADCAST, type Ip } from '../core/address.ts';
import type { Random } from '../core/random.ts';
import {
  SILENT,
  type CommandInput,
  type DatagramInput,
  type Effects,
  type Input,
  type Plain,
  type Response,
  type Service,
  type StreamId,
  type StreamInput,
} from '../core/service.ts';
import { type Epoch, type Instant, NEVER, earlier, toInstant } from '../core/time.ts';
import { type ServerCookieOptions, ServerCookies } from '../engine/dns/cookies.ts';
import { type ResponseRateLimits, ResponseRates } from '../engine/dns/response-rates.ts';
import { UDP_OCTETS_DEFAULT } from '../engine/dns/truncate.ts';
import { type TsigHashes, type TsigKey, TsigKeys } from '../engine/dns/tsig.ts';
import type { HealthSource } from '../policy/dns/health-view.ts';
import type { RecordOrder } from '../policy/routing/simple.ts';
import type { AccessList } from '../store/access.ts';
import type { ZoneSet } from '../store/zone-set.ts';
import { digReply } from './dns-dig.ts';
import { DnsReply } from './dns-reply.ts';
import { DnsClient } from './dns-client.ts';
import { DnsResponder, LATER } from './dns-responder.ts';
import { DnsSigning } from './dns-signing.ts';
import { DnsStreams } from './dns-streams.ts';
import { InitialRound } from './initial-round.ts';
import type { ZoneDuties } from './zone-keep.ts';
import { ZoneWork } from './zone-work.ts';

/** RFC 1035 §4.2. */
const DNS_PORT = 53;

export interface DnsServiceOptions {
  readonly zones: ZoneSet;
  readonly random: Random;
  /** UDP and TCP; 53 when left out. */
  readonly port?: number | undefined;
  /** The longest reply over UDP, 512 to 65535; 1232 when left out. */
  readonly udpOctetsMax?: number | undefined;
  /** `file` when left out. */
  readonly recordOrder?: RecordOrder | undefined;
  /** 100 when left out. */
  readonly connectionsMax?: number | undefined;
  /** 10 when left out. */
  readonly idleSeconds?: number | undefined;
  /** Octets answered on one connection before it is closed; 1 MiB when left out. */
  readonly connectionOctetsMax?: number | undefined;
  /** The port whose streams the driver opens with TLS (RFC 7858 §3.1: 853); left out, none. */
  readonly tlsPort?: number | undefined;
  /** Who may ask at all; left out, everybody. */
  readonly allowQuery?: AccessList | undefined;
  /** RFC 5001 §2.3: what tells this server from others at its address. */
  readonly nsid?: Uint8Array | undefined;
  /** Left out, cookies are passed over. */
  readonly cookies?: ServerCookieOptions | undefined;
  /** Whether a client must prove its address by a cookie over UDP. */
  readonly wantsCookie?: boolean | undefined;
  /** Where the zones' policies look for health: who probes for this server puts itself there. Left out: they have none. */
  readonly health?: HealthSource | undefined;
  /** Left out, responses are not limited. */
  readonly rates?: ResponseRateLimits | undefined;
  /** Transfers, updates and what they need; left out, NOTIMP. */
  readonly work?: DnsWorkOptions | undefined;
}

/** What a server needs that does more with its zones than answer. */
export interface DnsWorkOptions {
  readonly duties: readonly ZoneDuties[];
  readonly keys: readonly TsigKey[];
  readonly hashes: TsigHashes;
  /** For the IDs of what it asks others. */
  readonly random: Random;
  readonly epoch: Epoch;
  readonly addresses: readonly Ip[];
}

/**
 * An authoritative name server on UDP and TCP. The command `status` lists its zones, `dig` answers a query and tells all that led to it,
 * `awaited` lists the checks without which it does not answer yet, `unready` the zones that are as they were before a reload.
 */
export class DnsService implements Service {
  readonly #zones: ZoneSet;
  readonly #port: number;
  readonly #tlsPort: number | undefined;
  readonly #responder: DnsResponder;
  readonly #cookies: ServerCookies | undefined;
  readonly #streams: DnsStreams;
  readonly #client = new DnsClient(ANY, toInstant(0));
  readonly #reply: DnsReply;
  readonly #work: ZoneWork | undefined;
  readonly #round: InitialRound;

  constructor(options: DnsServiceOptions) {
    this.#zones = options.zones;
    this.#round = new InitialRound(options.health);
    this.#port = options.port ?? DNS_PORT;
    const udpOctetsMax = options.udpOctetsMax ?? UDP_OCTETS_DEFAULT;
    const idleSeconds = options.idleSeconds ?? 10;
    this.#streams = new DnsStreams({
      connectionsMax: options.connectionsMax ?? 100,
      idleSeconds,
      octetsMax: options.connectionOctetsMax ?? 1_048_576,
    });
    this.#reply = new DnsReply({
      udpOctetsMax,
      recordOrder: options.recordOrder ?? 'file',
      random: options.random,
    });
    this.#tlsPort = options.tlsPort;
    const { allowQuery, nsid, wantsCookie, work } = options;
    const keys = work && new TsigKeys(work.keys, work.hashes);
    const signing = work && keys && new DnsSigning(keys, work.epoch);
    if (work !== undefined && keys !== undefined && signing !== undefined)
      this.#work = new ZoneWork({ ...work, zones: options.zones, keys, signing, streams: this.#streams });
    this.#cookies = options.cookies && new ServerCookies(options.cookies);
    this.#responder = new DnsResponder({
      zones: options.zones,
      reply: this.#reply,
      udpOctetsMax,
      idleSeconds,
      allowQuery,
      nsid,
      wantsCookie,
      cookies: this.#cookies,
      rates: options.rates && new ResponseRates(options.rates, options.random.next()),
      desk: this.#work?.desk,
      signing,
    });
  }

  handle(input: Input, now: Instant, effects: Effects): void {
    if (input.kind === 'restored') return this.#work?.restore(input.row);
    this.#work?.start(now, effects);
    switch (input.kind) {
      case 'datagram':
        if (input.to.port === this.#port) this.#datagram(input, now, effects);
        else this.#work?.receive(input, now, effects);
        return;
      case 'stream':
        if (this.#work?.stream(input, now, effects) !== true) this.#stream(input, now, effects);
        return;
      case 'timer':
        this.#streams.wake(now, effects);
        return this.#work?.wake(now, effects);
      case 'settled':
        return this.#work?.settled(input, now, effects);
      case 'command':
        if (input.verb === 'status') effects.reply(this.#status(now));
        if (input.verb === 'awaited') effects.reply(this.#round.awaited);
        if (input.verb === 'unready') effects.reply(this.#work?.unready.map(formatName) ?? []);
        if (input.verb === 'dig') effects.reply(this.#dig(input, now));
        if (input.verb === 'update') this.#work?.command(input, now, effects);
        return;
      default:
        return;
    }
  }

  respond(input: DatagramInput, now: Instant, out: Response): number {
    if (input.to.port !== this.#port || input.from.port === 0 || this.#work?.isStarted === false) return 0;
    if (this.#round.passesOver(out)) return SILENT;
    this.#ask(input, now);
    const length = this.#responder.respondToLookUp(input.octets, this.#client, out);
    if (length === undefined) return 0;
    out.octets = this.#responder.octets;
    return length === 0 ? SILENT : length;
  }

  deadline(): Instant {
    return earlier(this.#streams.deadline(), this.#work?.deadline() ?? NEVER);
  }

  underWay(): number {
    return this.#work?.underWay ?? 0;
  }

  /** Connections stay open, and cookies good: what is asked from now on is answered from the new zones. */
  succeed(before: Service, now: Instant): void {
    if (!(before instanceof DnsService)) return;
    this.#streams.inherit(before.#streams);
    this.#round.inherit(before.#round);
    if (before.#cookies !== undefined) this.#cookies?.inherit(before.#cookies);
    if (before.#work !== undefined) this.#work?.inherit(before.#work, now);
  }

  #datagram(input: DatagramInput, now: Instant, effects: Effects): void {
    // Nobody can hear a reply to port 0.
    if (input.from.port === 0 || this.#round.passesOver(effects)) return;
    this.#ask(input, now);
    const length = this.#responder.respond(input.octets, this.#client, effects);
    if (length === 0 || length === LATER) return;
    const { address, port } = input.from;
    const source = this.#client.asked;
    effects.send(this.#port, { address, port, source }, this.#responder.octets, length);
  }

  /** Who asks by a datagram. */
  #ask({ from, to }: DatagramInput, now: Instant): void {
    const client = this.#client;
    client.transport = 'udp';
    client.source = from.address;
    client.now = now;
    client.port = from.port;
    // RFC 2181 §4.1: from the address that was asked.
    client.asked = to.address === ANY || to.address === BROADCAST ? undefined : to.address;
    client.askedPort = this.#port;
  }

  #stream(input: StreamInput, now: Instant, effects: Effects): void {
    switch (input.event) {
      case 'opened':
        return this.#open(input, now, effects);
      case 'octets':
        return this.#octets(input.stream, input.octets, now, effects);
      case 'closed':
        return this.#streams.peerClosed(input.stream, effects);
      case 'reset':
        return this.#streams.forget(input.stream);
    }
  }

  #open({ stream, local, peer }: StreamInput & { event: 'opened' }, now: Instant, effects: Effects): void {
    const transport = local.port === this.#tlsPort ? 'tls' : 'tcp';
    if (transport === 'tcp' && local.port !== this.#port) return;
    // As where nobody listens yet.
    if (this.#round.passesOver(effects)) return effects.reset(stream);
    this.#streams.open(stream, { peer: peer.address, transport }, now, effects);
  }

  /** RFC 7766 §6.2.1.1: every query of a chunk is answered, in order. */
  #octets(id: StreamId, octets: Uint8Array, now: Instant, effects: Effects): void {
    const stream = this.#streams.get(id);
    if (stream === undefined || stream.isClosing) return;
    const client = this.#client;
    client.transport = stream.transport;
    client.source = stream.peer;
    client.stream = id;
    client.now = now;
    stream.splitter.push(octets, (message) => {
      const length = this.#responder.respond(message, client, effects);
      if (length === 0) {
        // A peer that sends no queries does not speak DNS.
        this.#streams.reset(id, effects);
        return false;
      }
      this.#streams.touch(id, now);
      if (length === LATER) {
        this.#streams.owe(id);
        return true;
      }
      this.#streams.write(id, stream, frameMessage(this.#responder.octets, length), now, effects);
      return !stream.isClosing;
    });
  }

  #dig({ args }: CommandInput, now: Instant): Plain {
    const server = {
      zones: this.#zones,
      responder: this.#responder,
      reply: this.#reply,
      round: this.#round,
    };
    return digReply(args, server, now);
  }

  #status(now: Instant): Plain {
    const zones = this.#zones.zones.map((zone) => ({
      zone: formatName(zone.apex),
      serial: zone.serialAt(now),
      names: zone.nodeCount,
      ...this.#work?.status(zone.apex),
    }));
    const missing = this.#work
      ?.missing()
      .map((apex) => ({ zone: formatName(apex), ...this.#work?.status(apex) }));
    return {
      zones,
      ...(missing === undefined || missing.length === 0 ? {} : { missing }),
      connections: this.#streams.count,
    };
  }
}
