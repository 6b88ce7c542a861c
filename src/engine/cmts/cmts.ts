import type { Mac } from '../../core/address.ts';
import { ANY, formatIp, formatIpv4, formatMac, isIpv4 } from '../../core/address.ts';
import type { Crypto } from '../../core/crypto.ts';
import type { Rule } from '../../core/rules.ts';
import { CMTS } from '../../core/rules/cmts.ts';
import type { Effects, Plain, TransitInput } from '../../core/service.ts';
import { after, earlier, SECOND, SECONDS_1900_TO_1970 } from '../../core/time.ts';
import type { Epoch, Instant } from '../../core/time.ts';
import { MessageType } from '../../codec/dhcp/codes.ts';
import {
  MacMessage,
  MacType,
  RangingStatus,
  RegistrationCode,
  StatusEvent,
} from '../../codec/docsis/mac-message.ts';
import { TOD_PORT } from '../../codec/tod.ts';
import type { RelayFacts } from '../dhcp/relay.ts';
import { CABLE, sendRangingResponse, sendRegistrationResponse } from './messages.ts';
import { Bridges } from './bridges.ts';
import { DueQueue } from './due-queue.ts';
import { FragmentStore } from './fragments.ts';
import { HOST, ModemTable, StateRank } from './modem-table.ts';
import type { CmtsState } from './modem-table.ts';
import type { Contention } from '../modem/profile.ts';
import { RangingSlot } from './ranging-slot.ts';
import { RegistrationJudge } from './registration.ts';
import type { Judgement, Refusal } from './registration.ts';

const TFTP_PORT = 69;

export interface CmtsEngineOptions {
  /** Its hardware address on the cable. */
  readonly mac: Mac;
  readonly secret: Uint8Array;
  readonly crypto: Crypto;
  /** `ideal`: RNG-REQs never collide. */
  readonly ranging: 'contention' | 'ideal';
  readonly contention: Contention;
  /** Modems it has room for. */
  readonly modemsMax: number;
  /** Silence after a power loss until a modem is shown offline. */
  readonly t4Us: number;
  /** The wait for a REG-ACK, and how often a REG-RSP is sent before reject(na). */
  readonly t6Us: number;
  readonly responsesMax: number;
  /** From ranging to REG-REQ. */
  readonly t9Us: number;
  /** The driver's zero in microseconds since 1970; undefined: time stamps (TLV 19) are not checked. */
  readonly epoch: Epoch | undefined;
  /** How far from now the time stamp of a file may be. */
  readonly processingSeconds: number;
  /** Whether a modem must have downloaded through the CMTS. */
  readonly tftpEnforce: boolean;
  /** Whether what comes from an address that DHCP gave to nobody here is dropped. */
  readonly sourceVerify: boolean;
  /** Modems that ranged elsewhere: real ones, whose cable is not here. */
  readonly ranged: readonly Mac[];
  /** Computers, by the modem that each stands behind. */
  readonly behind: ReadonlyMap<Mac, Mac>;
}

/**
 * A CMTS without its relay agent: ranging, registration, and the state of each modem as it can be known from the packets
 * that pass. Nothing is sent to a modem at rest: real station maintenance every half minute is not modelled. A modem
 * that loses its power says so with its last words, and its silence counts from there.
 */
export class Cmts {
  /** Who stands behind which modem. */
  readonly bridges: Bridges;
  readonly #options: CmtsEngineOptions;
  readonly #table: ModemTable;
  #judge: RegistrationJudge;
  readonly #slot: RangingSlot;
  readonly #message = new MacMessage();
  readonly #fragments = new FragmentStore();
  /** What was accepted and not acknowledged yet, by place in the table. */
  readonly #accepted = new Map<number, Judgement>();
  readonly #t4 = new DueQueue();
  readonly #t6 = new DueQueue();
  readonly #t9 = new DueQueue();
  #collisions = 0;

  constructor(options: CmtsEngineOptions) {
    this.#options = options;
    this.#table = new ModemTable(options.modemsMax);
    this.bridges = new Bridges(this.#table, options.behind);
    for (const mac of options.ranged) {
      const index = this.#table.add(mac);
      if (index >= 0) this.#table.setState(index, 'init(rc)');
    }
    this.#judge = new RegistrationJudge(options.secret, options.crypto);
    this.#slot = new RangingSlot(options.contention.opportunityUs);
  }

  /** Another shared secret, and other computers behind modems, from now on; who is online stays so. */
  change(secret: Uint8Array, crypto: Crypto, behind: ReadonlyMap<Mac, Mac>): void {
    this.#judge = new RegistrationJudge(secret, crypto);
    this.bridges.connect(behind);
  }

  /** Throws `DecodeError`. */
  receiveMac(octets: Uint8Array, now: Instant, effects: Effects): void {
    const message = this.#message.decode(octets);
    switch (message.type) {
      case MacType.rangingRequest:
        return message.sid === 0
          ? this.#initialRanging(message.source, now, effects)
          : this.#stationRanging(message, now, effects);
      case MacType.registrationRequest:
        return this.#registrationRequest(message, octets, message.tlvsAt, message.end, now, effects);
      case MacType.registrationRequestMp: {
        const whole = this.#fragments.add(message, effects);
        return whole && this.#registrationRequest(message, whole, 0, whole.length, now, effects);
      }
      case MacType.registrationAck:
        return this.#registrationAck(message, effects);
      case MacType.status:
        if (message.code === StatusEvent.onBattery) this.#powerLost(message.source, now, effects);
    }
  }

  /** What the relay agent has just passed on. */
  relayed({ direction, messageType, chaddr, yiaddr }: RelayFacts, effects: Effects): void {
    const index = this.#table.find(chaddr);
    if (direction === 'to-server') {
      if (index < 0 || this.#rank(index) < StateRank['init(rc)']) return;
      const isFirst = this.#rank(index) === StateRank['init(rc)'] && messageType === MessageType.request;
      if (messageType === MessageType.discover || isFirst)
        this.#show(index, 'init(d)', CMTS.sawDiscover, effects);
      return;
    }
    if (messageType !== MessageType.ack || yiaddr === ANY) return;
    if (index < 0) return this.bridges.hold(yiaddr, chaddr);
    this.#table.setAddress(index, yiaddr);
    const rank = this.#rank(index);
    if (rank === StateRank['init(rc)'] || rank === StateRank['init(d)'])
      this.#show(index, 'init(i)', CMTS.sawAck, effects);
  }

  /** Forwards what comes from or goes to an address that DHCP gave out here. */
  transit(input: TransitInput, effects: Effects): void {
    const { via, from, to } = input;
    if (!this.bridges.passesOn(input, effects)) return;
    const address = via === CABLE ? from.address : to.address;
    const owner = isIpv4(address) ? this.#table.ownerOf(address) : -1;
    if (owner === -1 && this.#options.sourceVerify)
      return effects.because(CMTS.notForwarded, effects.explains ? formatIp(address) : undefined);
    if (via === CABLE && owner >= 0 && owner !== HOST && !this.#follows(owner, to.port, effects)) return;
    effects.forward();
  }

  deadline(): Instant {
    // A line whose head comes too late to matter is not looked through: T9's, the longest, hardly ever is.
    let at = this.#slot.endsAt;
    if (this.#t6.dueAt < at) at = earlier(at, this.#t6Head());
    if (this.#t4.dueAt < at) at = earlier(at, this.#t4Head());
    if (this.#t9.dueAt < at) at = earlier(at, this.#t9Head());
    return at;
  }

  wake(now: Instant, effects: Effects): void {
    if (now >= this.#slot.endsAt) this.#closeSlot(effects);
    for (; now >= this.#t4Head(); this.#t4.shift()) this.#goOffline(this.#t4.id, CMTS.offline, effects);
    for (; now >= this.#t6Head(); this.#t6.shift()) this.#ackMissing(this.#t6.id, now, effects);
    for (; now >= this.#t9Head(); this.#t9.shift()) this.#goOffline(this.#t9.id, CMTS.t9, effects);
  }

  /** As `show cable modem` lists them, in the order in which they were first heard. */
  modems(): readonly Plain[] {
    const table = this.#table;
    return Array.from({ length: table.count }, (_, index) => ({
      mac: formatMac(table.mac(index)),
      ip: table.address(index) === ANY ? null : formatIpv4(table.address(index)),
      state: table.state(index),
      channel: table.channel(index),
      sid: table.sid(index),
    }));
  }

  #initialRanging(mac: Mac, now: Instant, effects: Effects): void {
    if (this.#options.ranging === 'ideal') return this.#hear(mac, effects);
    if (now >= this.#slot.endsAt) this.#closeSlot(effects);
    this.#slot.hear(mac, now);
  }

  #closeSlot(effects: Effects): void {
    const mac = this.#slot.close();
    if (mac !== undefined) return this.#hear(mac, effects);
    effects.because(CMTS.collided);
    effects.measure('ranging.collisions', ++this.#collisions);
  }

  /** A newcomer, or one that begins anew: whatever was known of it is over. */
  #hear(mac: Mac, effects: Effects): void {
    const table = this.#table;
    let index = table.find(mac);
    if (index < 0) index = table.add(mac);
    if (index < 0) return effects.because(CMTS.tooMany, effects.explains ? formatMac(mac) : undefined);
    table.unwatch(index);
    this.#forget(index);
    this.bridges.forget(mac);
    this.#show(index, 'init(r1)', CMTS.heard, effects);
    sendRangingResponse(this.#to(index), table.channel(index), RangingStatus.continue, effects);
    table.setState(index, 'init(r2)');
    effects.state('cmts', 'init(r2)', mac);
  }

  #stationRanging(message: MacMessage, now: Instant, effects: Effects): void {
    const table = this.#table;
    const { source, sid, channel } = message;
    const index = table.find(source);
    if (index < 0 || table.sid(index) !== sid || this.#rank(index) < StateRank['init(r2)']) {
      return this.#abort(source, sid, channel, effects);
    }
    if (this.#rank(index) === StateRank['init(r2)']) {
      this.#show(index, 'init(rc)', CMTS.adjusted, effects);
      table.hear(index, now);
      this.#t9.push(index, after(now, this.#options.t9Us));
    }
    sendRangingResponse(this.#to(index), table.channel(index), RangingStatus.success, effects);
  }

  /** Time and download show themselves by the port that a modem asks. False when the modem has no right to speak. */
  #follows(index: number, port: number, effects: Effects): boolean {
    const rank = this.#rank(index);
    if (rank < StateRank['init(rc)'] || rank === StateRank['reject(na)']) {
      effects.because(CMTS.sentAway, effects.explains ? this.#table.state(index) : undefined);
      this.#abort(this.#table.mac(index), this.#table.sid(index), this.#table.channel(index), effects);
      return false;
    }
    if (port === TOD_PORT && rank === StateRank['init(i)'])
      this.#show(index, 'init(t)', CMTS.sawTime, effects);
    else if (port === TFTP_PORT && (rank === StateRank['init(i)'] || rank === StateRank['init(t)']))
      this.#show(index, 'init(o)', CMTS.sawDownload, effects);
    return true;
  }

  #registrationRequest(
    message: MacMessage,
    octets: Uint8Array,
    from: number,
    to: number,
    now: Instant,
    effects: Effects,
  ): void {
    const index = this.#table.find(message.source);
    if (index < 0 || this.#rank(index) < StateRank['init(rc)'])
      return effects.because(CMTS.notRanged, effects.explains ? formatMac(message.source) : undefined);
    const judgement = this.#judge.judge(octets, from, to);
    const refusal = judgement.refusal ?? this.#refuses(index, judgement, now);
    this.#forget(index);
    if (refusal !== undefined) {
      this.#show(index, refusal.state, refusal.rule, effects, refusal.detail);
      return sendRegistrationResponse(this.#to(index), refusal.code, undefined, effects);
    }
    effects.because(CMTS.accepted);
    this.#accepted.set(index, judgement);
    this.#respond(index, judgement, now, effects);
  }

  /** What depends on who sends the settings, and when. */
  #refuses(index: number, judgement: Judgement, now: Instant): Refusal | undefined {
    const { provisionedAddress, timestamp } = judgement;
    const { tftpEnforce, epoch, processingSeconds } = this.#options;
    const code = RegistrationCode.authenticationFailure;
    const address = this.#table.address(index);
    if (provisionedAddress !== undefined && provisionedAddress !== address) {
      const detail = `made for ${formatIpv4(provisionedAddress)}, sent by ${formatIpv4(address)}`;
      return { code, state: 'reject(ip)', rule: CMTS.rejectAddress, detail };
    }
    if (timestamp !== undefined && epoch !== undefined) {
      const seconds = Math.floor((epoch.us + now) / SECOND) + SECONDS_1900_TO_1970;
      // Both wrap in 2036; the difference does not.
      const age = (seconds - timestamp) | 0;
      if (Math.abs(age) > processingSeconds)
        return { code, state: 'reject(ts)', rule: CMTS.rejectStamp, detail: `${age} s old` };
    }
    const rank = this.#rank(index);
    if (tftpEnforce && rank < StateRank['init(o)'])
      return { code, state: 'reject(m)', rule: CMTS.rejectNoDownload, detail: 'no RRQ was seen' };
    return undefined;
  }

  #respond(index: number, judgement: Judgement, now: Instant, effects: Effects): void {
    const table = this.#table;
    table.setResponses(index, table.responses(index) + 1);
    table.hear(index, now);
    this.#t6.push(index, after(now, this.#options.t6Us));
    const { upstream, downstream } = judgement;
    const flows = { firstFlowId: index * FLOW_IDS + 1, upstream, downstream };
    sendRegistrationResponse(this.#to(index), RegistrationCode.okay, flows, effects);
  }

  #registrationAck(message: MacMessage, effects: Effects): void {
    const index = this.#table.find(message.source);
    const judgement = this.#accepted.get(index);
    if (judgement === undefined) return;
    this.#forget(index);
    if (message.code !== RegistrationCode.okay)
      return this.#show(index, 'reject(na)', CMTS.rejectNoAck, effects, `confirmation ${message.code}`);
    this.#table.setCpesMax(index, judgement.cpesMax);
    if (judgement.networkAccess) this.#show(index, 'online', CMTS.online, effects);
    else this.#show(index, 'online(d)', CMTS.onlineDenied, effects);
  }

  #ackMissing(index: number, now: Instant, effects: Effects): void {
    const judgement = this.#accepted.get(index);
    if (judgement === undefined) return;
    if (this.#table.responses(index) < this.#options.responsesMax) {
      effects.because(CMTS.responseAgain);
      return this.#respond(index, judgement, now, effects);
    }
    this.#forget(index);
    this.#show(index, 'reject(na)', CMTS.rejectNoAck, effects);
    this.#abort(this.#table.mac(index), this.#table.sid(index), this.#table.channel(index), effects);
  }

  #powerLost(mac: Mac, now: Instant, effects: Effects): void {
    const table = this.#table;
    const index = table.find(mac);
    if (index < 0 || this.#rank(index) === StateRank.offline) return;
    effects.because(CMTS.powerLost);
    this.#forget(index);
    table.watch(index);
    table.hear(index, now);
    this.#t4.push(index, after(now, this.#options.t4Us));
  }

  #goOffline(index: number, rule: Rule, effects: Effects): void {
    this.#table.unwatch(index);
    this.#show(index, 'offline', rule, effects);
  }

  /** No REG-ACK is waited for. */
  #forget(index: number): void {
    if (this.#table.responses(index) === 0) return;
    this.#accepted.delete(index);
    this.#table.setResponses(index, 0);
  }

  /** When the first that is still waited for is due; what is not any more is taken out. */
  #t4Head(): Instant {
    const { t4Us } = this.#options;
    while (!this.#t4.isEmpty && (!this.#table.isWatched(this.#t4.id) || this.#isStale(this.#t4, t4Us)))
      this.#t4.shift();
    return this.#t4.dueAt;
  }

  #t6Head(): Instant {
    const { t6Us } = this.#options;
    while (!this.#t6.isEmpty && (this.#table.responses(this.#t6.id) === 0 || this.#isStale(this.#t6, t6Us)))
      this.#t6.shift();
    return this.#t6.dueAt;
  }

  #t9Head(): Instant {
    const { t9Us } = this.#options;
    while (!this.#t9.isEmpty && (!this.#boots(this.#t9.id) || this.#isStale(this.#t9, t9Us)))
      this.#t9.shift();
    return this.#t9.dueAt;
  }

  /** Whether the modem has been heard since this was put in. */
  #isStale(queue: DueQueue, us: number): boolean {
    return after(this.#table.heardAt(queue.id), us) !== queue.dueAt;
  }

  /** Between ranging and registration. */
  #boots(index: number): boolean {
    const rank = this.#rank(index);
    return rank >= StateRank['init(rc)'] && rank <= StateRank['init(o)'];
  }

  /** Not one of ours, or not any more: it must begin with SID 0. */
  #abort(modem: Mac, sid: number, channel: number, effects: Effects): void {
    sendRangingResponse({ cmts: this.#options.mac, modem, sid }, channel, RangingStatus.abort, effects);
  }

  #rank(index: number): number {
    return this.#table.rank(index);
  }

  #to(index: number): { readonly cmts: Mac; readonly modem: Mac; readonly sid: number } {
    return { cmts: this.#options.mac, modem: this.#table.mac(index), sid: this.#table.sid(index) };
  }

  #show(index: number, state: CmtsState, rule: Rule, effects: Effects, detail?: string): void {
    const mac = this.#table.mac(index);
    effects.because(rule, effects.explains ? (detail ?? formatMac(mac)) : undefined);
    if (this.#table.state(index) === state) return;
    this.#table.setState(index, state);
    effects.state('cmts', state, mac);
  }
}

/** Service flow ids kept for each modem. */
const FLOW_IDS = 128;
