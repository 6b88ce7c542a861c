import type { Ipv4 } from '../../core/address.ts';
import { ANY } from '../../core/address.ts';
import { DHCP } from '../../core/rules/dhcp.ts';
import type { Effects } from '../../core/service.ts';
import { utf8Octets } from '../../core/text.ts';
import { BROADCAST_FLAG, MessageType, Op, Option, SERVER_PORT } from '../../codec/dhcp/codes.ts';
import type { DhcpMessage } from '../../codec/dhcp/message.ts';
import { CableLabsSuboption, asksCableLabs } from '../../codec/dhcp/option/vivso.ts';
import { DhcpWriter, MESSAGE_OCTETS, MESSAGE_OCTETS_MAX } from '../../codec/dhcp/writer.ts';
import type { EncodedProvision } from '../../policy/provision.ts';
import { INFINITE_LEASE_SECONDS } from './client-lease.ts';
import type { Exchange } from './exchange.ts';
import type { OptionLayer, Subnet } from './links.ts';
import type { LeaseBounds } from './options.ts';
import { replyTarget } from './reply-target.ts';

/** IP and UDP around a message, which option 57 counts. */
const HEADER_OCTETS = 28;
/** Longer ones are not echoed: ours, it leaves a reply its options. */
const RELAY_AGENT_OCTETS_MAX = 800;
/** RFC 2131 §4.4.5. */
const T1_RATIO = 0.5;
const T2_RATIO = 0.875;

export interface Grant {
  /** OFFER, ACK, or 0 for BOOTP. */
  readonly type: number;
  /** `ANY` in the ACK to an INFORM. */
  readonly yiaddr: Ipv4;
  readonly subnet: Subnet;
  /** 0: no lease is said (INFORM, BOOTP). */
  readonly leaseSeconds: number;
}

/** Writes replies into one scratch and sends them: RFC 2131 §4.3.1, table 3. */
export class ReplyWriter {
  readonly #writer = new DhcpWriter(MESSAGE_OCTETS_MAX);
  /** Which codes are in the present reply: those stamped with its number. */
  readonly #stamps = new Uint32Array(256);
  #replies = 0;
  /** What the present reply is made of: the reservation, the classes, the subnet; what comes first goes first. */
  readonly #layers: OptionLayer[] = [];
  #layerCount = 0;
  #server: EncodedProvision | undefined;
  #serverLayer: OptionLayer | undefined;
  #file: EncodedProvision | undefined;
  #fileLayer: OptionLayer | undefined;

  grant(x: Exchange, grant: Grant, effects: Effects): void {
    const { request } = x;
    const { type, subnet, yiaddr } = grant;
    this.#gather(x, subnet, effects);
    const writer = this.#start(x, effects);
    // RFC 2131 §4.3.1, table 3: ciaddr in an ACK only.
    if (type === MessageType.ack) writer.ciaddr = request.ciaddr;
    writer.yiaddr = yiaddr;
    if (this.#server !== undefined) writer.siaddr = this.#server.siaddr;
    if (this.#file?.file !== undefined) writer.file = this.#file.file;
    if (type !== 0) {
      this.#u8(Option.messageType, type);
      this.#u32(Option.serverIdentifier, x.serverId);
    }
    if (grant.leaseSeconds > 0) this.#times(grant.leaseSeconds, subnet.settings.lease);
    this.#value(Option.subnetMask, subnet.values[Option.subnetMask]);
    this.#value(Option.routers, this.#valueOf(Option.routers));
    if (x.reserved !== undefined) this.#value(Option.hostName, x.reserved.values[Option.hostName]);
    this.#asked(request);
    this.#finish(x, type, yiaddr, effects);
  }

  /** RFC 2131 §4.3.2: no address, no parameters; through a relay the broadcast bit is set. */
  nak(x: Exchange, words: string, effects: Effects): void {
    const { request } = x;
    const writer = this.#start(x, effects);
    if (request.giaddr !== ANY) writer.flags = request.flags | BROADCAST_FLAG;
    this.#u8(Option.messageType, MessageType.nak);
    this.#u32(Option.serverIdentifier, x.serverId);
    this.#value(Option.message, utf8Octets(words));
    this.#finish(x, MessageType.nak, ANY, effects);
  }

  #start(x: Exchange, effects: Effects): DhcpWriter {
    if ((x.relayAgent?.length ?? 0) > RELAY_AGENT_OCTETS_MAX) {
      // RFC 3046 §2.2: then the reply goes without.
      effects.because(DHCP.relayAgentTooLong);
      x.relayAgent = undefined;
    }
    const asked = (x.request.u16(Option.maximumMessageSize) ?? 0) - HEADER_OCTETS;
    const limit = Math.max(asked, MESSAGE_OCTETS);
    const writer = this.#writer.start(Op.reply, limit, x.relayAgent?.length ?? 0);
    writer.answer(x.request);
    this.#replies++;
    return writer;
  }

  /** RFC 2132 §9.2, §9.11, §9.12. */
  #times(leaseSeconds: number, bounds: LeaseBounds): void {
    this.#u32(Option.leaseTime, leaseSeconds);
    if (leaseSeconds === INFINITE_LEASE_SECONDS) return;
    const { renewSeconds = leaseSeconds, rebindSeconds = leaseSeconds } = bounds;
    // RFC 2131 §4.4.5: T1 MUST be before T2, and T2 before the end, also of a lease shorter than the file's.
    const t2 = rebindSeconds < leaseSeconds ? rebindSeconds : Math.floor(leaseSeconds * T2_RATIO);
    const half = Math.floor(leaseSeconds * T1_RATIO);
    const t1 = half < t2 ? half : Math.floor((t2 * T1_RATIO) / T2_RATIO);
    this.#u32(Option.renewalTime, renewSeconds < t2 ? renewSeconds : t1);
    this.#u32(Option.rebindingTime, t2);
  }

  /** What option 55 asks for, in its order, each once; without option 55 everything there is. RFC 2131 §4.3.1. */
  #asked(request: DhcpMessage): void {
    const at = request.find(Option.parameterRequestList);
    if (at !== -1) this.#list(request.octets, at, at + (request.octets[at - 1] ?? 0));
    else {
      const joined = request.option(Option.parameterRequestList);
      if (joined === undefined) this.#everything();
      else this.#list(joined, 0, joined.length);
    }
    const cableLabs = this.#server?.cableLabs;
    if (cableLabs !== undefined && asksTftpServers(request)) this.#value(Option.vendorSpecific, cableLabs);
  }

  #list(octets: Uint8Array, from: number, to: number): void {
    for (let index = from; index < to; index++) {
      const code = octets[index] ?? 0;
      this.#value(code, this.#valueOf(code));
    }
  }

  #everything(): void {
    let end = 0;
    for (let index = 0; index < this.#layerCount; index++)
      end = Math.max(end, this.#layers[index]?.values.length ?? 0);
    for (let code = 1; code < end; code++)
      for (let index = 0; index < this.#layerCount; index++)
        if (this.#layers[index]?.values[code] !== undefined) this.#value(code, this.#valueOf(code));
    this.#value(Option.tftpServerName, this.#valueOf(Option.tftpServerName));
    this.#value(Option.bootFileName, this.#valueOf(Option.bootFileName));
    this.#value(Option.tftpServerAddress, this.#valueOf(Option.tftpServerAddress));
  }

  #gather(x: Exchange, subnet: Subnet, effects: Effects): void {
    this.#layerCount = 0;
    this.#server = undefined;
    this.#file = undefined;
    if (x.reserved !== undefined) this.#layer(x.reserved, x.reserved.provision, x);
    for (const each of subnet.classes) {
      if (!each.has(x)) continue;
      effects.because(DHCP.forClass, effects.explains ? each.name : undefined);
      this.#layer(each, each.provision, x);
    }
    this.#layer(subnet, subnet.provisions.for(x), x);
  }

  /** The server is of the first layer that names one, the file of the first that names one. */
  #layer(layer: OptionLayer, provision: EncodedProvision | undefined, x: Exchange): void {
    this.#layers[this.#layerCount++] = layer;
    if (provision === undefined) return;
    if (this.#server === undefined && provision.namesServer) {
      this.#server = provision;
      this.#serverLayer = layer;
    }
    if (this.#file === undefined && provision.file !== undefined) {
      this.#file = provision.forClient(x.mac);
      this.#fileLayer = layer;
    }
  }

  /** A value that a part of the file gives goes before one made of its `tftp:`. */
  #valueOf(code: number): Uint8Array | undefined {
    for (let index = 0; index < this.#layerCount; index++) {
      const layer = this.#layers[index];
      const value = layer?.values[code] ?? this.#made(code, layer);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  #made(code: number, layer: OptionLayer | undefined): Uint8Array | undefined {
    switch (code) {
      case Option.tftpServerName:
        return layer === this.#serverLayer ? this.#server?.serverName : undefined;
      case Option.bootFileName:
        return layer === this.#fileLayer ? this.#file?.file : undefined;
      case Option.tftpServerAddress:
        return layer === this.#serverLayer ? this.#server?.serverAddress : undefined;
      default:
        return undefined;
    }
  }

  #finish(x: Exchange, type: number, yiaddr: Ipv4, effects: Effects): void {
    const writer = this.#writer;
    const { request, arrival } = x;
    // RFC 6842 §3 and RFC 3011 §2: sent back as they came.
    if (type !== 0) this.#echo(Option.clientIdentifier, request);
    if (type !== MessageType.nak) this.#echo(Option.subnetSelection, request);
    if (writer.refused > 0) effects.because(DHCP.optionsLeftOut);
    const length = writer.finish(x.relayAgent);
    const target = replyTarget(request, { type, yiaddr }, arrival.via, arrival.fromPort);
    effects.send(SERVER_PORT, target, writer.octets, length);
  }

  #value(code: number, value: Uint8Array | undefined): void {
    if (value === undefined || this.#isWritten(code)) return;
    this.#writer.option(code, value);
  }

  #echo(code: number, request: DhcpMessage): void {
    if (request.has(code) && !this.#isWritten(code)) this.#writer.echo(code, request);
  }

  #u8(code: number, value: number): void {
    if (!this.#isWritten(code)) this.#writer.u8(code, value);
  }

  #u32(code: number, value: number): void {
    if (!this.#isWritten(code)) this.#writer.u32(code, value);
  }

  /** Marks a code as written; whether it was before. */
  #isWritten(code: number): boolean {
    if (this.#stamps[code] === this.#replies) return true;
    this.#stamps[code] = this.#replies;
    return false;
  }
}

function asksTftpServers(request: DhcpMessage): boolean {
  const { tftpServers } = CableLabsSuboption;
  const at = request.find(Option.vendorSpecific);
  if (at !== -1) return asksCableLabs(request.octets, tftpServers, at, at + (request.octets[at - 1] ?? 0));
  const joined = request.option(Option.vendorSpecific);
  return joined !== undefined && asksCableLabs(joined, tftpServers);
}
