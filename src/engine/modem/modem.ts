import { ANY, type Endpoint, type Mac } from '../../core/address.ts';
import type { Rule } from '../../core/rules.ts';
import { MODEM } from '../../core/rules/modem.ts';
import type { Effects, UnreachableInput } from '../../core/service.ts';
import { after, earlier, NEVER, type Instant } from '../../core/time.ts';
import { CLIENT_PORT } from '../../codec/dhcp/codes.ts';
import type { DhcpMessage } from '../../codec/dhcp/message.ts';
import { MacMessage, MacType, RangingStatus, RegistrationCode } from '../../codec/docsis/mac-message.ts';
import { TOD_PORT } from '../../codec/tod.ts';
import { DhcpClient } from '../dhcp/client.ts';
import type { ClientState } from '../dhcp/client-state.ts';
import { TftpReceiver } from '../tftp/receiver.ts';
import { TodClient } from '../tod.ts';
import type { BootConfig } from './boot-config.ts';
import { ModemIdentity, type CableModemOptions } from './identity.ts';
import { sendPowerLoss, sendRangingRequest, sendRegistrationAck } from './messages.ts';
import { sendRegistrationRequest, type Ends } from './messages.ts';
import type { BootFacts } from './boot-facts.ts';
import { Reason, type Phase } from './phase.ts';
import type { RestingModem } from './rest-rows.ts';
import { contentionAt, rangingStatus } from './ranging.ts';

const TFTP_PORT = 69;

/** One for all modems: a message is read before the next comes. */
const macMessage = new MacMessage();

/**
 * A cable modem from power-on to operational: ranging, DHCP, time of day, download, registration. A hundred thousand live
 * at once, so the parts of the boot that are over are let go.
 */
export class CableModem extends ModemIdentity implements Ends, RestingModem {
  readonly #dhcp: DhcpClient;
  #phase: Phase = 'off';
  /** RNG-REQs, downloads or REG-REQs of the present phase. */
  #tries = 0;
  #tftp: TftpReceiver | undefined;
  #tod: TodClient | undefined;
  #config: BootConfig | undefined;
  /** The state last told. */
  #shown = 'off';
  #dhcpWas: ClientState = 'stopped';
  #facts: BootFacts | undefined;

  constructor(options: CableModemOptions) {
    super(options);
    this.#dhcp = new DhcpClient(this);
  }

  /** Goes on as another modem, where that came to rest; this one is at rest too. */
  resume(mac: Mac, key: number, { state, cmts, sid, reason, drawn, client }: RestingModem): void {
    this.become(mac, cmts);
    this.random.follow(key, drawn);
    this.#dhcp.resume(client);
    this.#dhcpWas = this.#dhcp.state;
    this.#phase = state === 'off' ? 'off' : 'operational';
    this.#shown = state;
    this.sid = sid;
    this.reason = reason;
    this.#facts = undefined;
    this.#followDhcp();
  }

  /** Whether nothing is under way: it is off, or operational until its lease is to be renewed. */
  get isAtRest(): boolean {
    if (this.#phase === 'off') return true;
    return this.#phase === 'operational' && this.#tod === undefined && this.#dhcp.state === 'bound';
  }

  /** As RFC 4639 names it in docsDevServerBootState; `off` without power. */
  get state(): string {
    return this.#shown;
  }

  get client(): DhcpClient {
    return this.#dhcp;
  }

  powerOn(now: Instant, effects: Effects): void {
    if (this.#phase !== 'off') return;
    this.poweredAt = now;
    this.reason = Reason.powerOn;
    this.#scan(now, effects);
  }

  powerOff(now: Instant, effects: Effects): void {
    if (this.#phase === 'off') return;
    effects.because(MODEM.powersOff);
    if (this.sid !== 0) sendPowerLoss(this, effects);
    this.#letGo(now, effects);
    this.#enter('off', NEVER);
    this.#show('off', effects);
  }

  /** Throws `DecodeError`. */
  receiveMac(octets: Uint8Array, now: Instant, effects: Effects): void {
    if (this.#phase === 'off') return;
    const message = macMessage.decode(octets);
    if (message.destination !== this.mac) return;
    if (message.type === MacType.rangingResponse) this.#rangingResponse(message, now, effects);
    else if (message.type === MacType.registrationResponse) this.#registrationResponse(message, now, effects);
  }

  /** A datagram to one of our ports. Throws `DecodeError`. */
  receive(octets: Uint8Array, from: Endpoint, port: number, now: Instant, effects: Effects): void {
    if (port === CLIENT_PORT) {
      this.#dhcp.receive(octets, now, effects);
      return this.#followDhcp();
    }
    const tftp = this.#tftp;
    if (tftp !== undefined && port === tftp.port) {
      tftp.receive(octets, from, now, effects);
      return this.#followDownload(now, effects);
    }
    if (this.#tod === undefined || port !== this.#tod.port) return;
    this.#tod.receive(octets, from, now, effects);
    if (this.#tod.state.kind === 'known') this.#tod = undefined;
  }

  unreachable(input: UnreachableInput, effects: Effects): void {
    this.#tftp?.unreachable(input, effects);
  }

  deadline(): Instant {
    let at = earlier(this.wakeAt, this.dhcpAt);
    if (this.#tftp !== undefined) at = earlier(at, this.#tftp.deadline());
    return this.#tod === undefined ? at : earlier(at, this.#tod.deadline());
  }

  wake(now: Instant, effects: Effects): void {
    if (now >= this.dhcpAt) {
      this.#dhcp.wake(now, effects);
      this.#followDhcp();
    }
    if (this.#tod !== undefined && now >= this.#tod.deadline()) this.#wakeTod(this.#tod, now, effects);
    if (this.#tftp !== undefined && now >= this.#tftp.deadline()) {
      this.#tftp.wake(now, effects);
      this.#followDownload(now, effects);
    }
    if (now >= this.wakeAt) this.#step(now, effects);
  }

  /** Called by the DHCP client. */
  entered(state: ClientState, now: Instant, effects: Effects): void {
    const was = this.#dhcpWas;
    this.#dhcpWas = state;
    switch (state) {
      case 'init':
        if (was === 'requesting') effects.because(MODEM.noAck);
        if (was !== 'renewing' && was !== 'rebinding') return;
        effects.because(MODEM.leaseLost);
        this.#tftp?.stop(effects);
        this.#tftp = undefined;
        return this.#beginDhcp(now);
      case 'selecting':
        return this.#show('waitingForDhcpOffer', effects);
      case 'requesting':
      case 'rebooting':
        return this.#show('waitingForDhcpResponse', effects);
      case 'bound':
        if (this.#phase === 'dhcp') this.#bound(now, effects);
        return;
      default:
    }
  }

  #step(now: Instant, effects: Effects): void {
    switch (this.#phase) {
      case 'scanning':
        this.#tries = 0;
        effects.because(MODEM.ranges);
        return this.#backOff(now);
      case 'backing-off':
        this.#tries++;
        sendRangingRequest(this, 0, effects);
        return this.#enter('ranging', after(now, this.settings.t3Us));
      case 'ranging':
      case 'adjusting':
        return this.#t3(now, effects);
      case 'dhcp':
        return this.#dhcpTooLong(now, effects);
      case 'download-wait':
        effects.because(MODEM.downloadAgain);
        return this.#download(now, effects);
      case 'registering':
        return this.#t6(now, effects);
      case 'resting':
        return this.#scan(now, effects);
      default:
        this.wakeAt = NEVER;
    }
  }

  #scan(now: Instant, effects: Effects): void {
    const { scanUsMin, scanUsMax } = this.settings;
    this.#letGo(now, effects);
    effects.because(MODEM.scans);
    this.#show('other', effects);
    this.#enter('scanning', after(now, scanUsMin + this.random.fraction() * (scanUsMax - scanUsMin)));
  }

  #backOff(now: Instant): void {
    this.#enter('backing-off', contentionAt(now, this.#tries, this.settings.contention, this.random));
  }

  #t3(now: Instant, effects: Effects): void {
    if (this.#tries >= this.settings.rangingTries) {
      effects.because(MODEM.rangingGivenUp);
      return this.#beginAnew(Reason.t3, now, effects);
    }
    effects.because(MODEM.t3);
    if (this.#phase === 'ranging') return this.#backOff(now);
    this.#tries++;
    sendRangingRequest(this, this.sid, effects);
    this.#enter('adjusting', after(now, this.settings.t3Us));
  }

  #rangingResponse(message: MacMessage, now: Instant, effects: Effects): void {
    const status = rangingStatus(message);
    const isRanging = this.#phase === 'ranging' || this.#phase === 'adjusting';
    if (status === RangingStatus.abort && (isRanging || message.sid === this.sid)) {
      effects.because(MODEM.rangingAborted);
      return this.#beginAnew(isRanging ? Reason.t3 : Reason.t4, now, effects);
    }
    if (!isRanging) return;
    this.sid = message.sid;
    this.cmts = message.source;
    if (status === RangingStatus.success) {
      effects.because(MODEM.ranged);
      this.#beginDhcp(now);
      this.#dhcp.start(now, effects);
      return this.#followDhcp();
    }
    // The CMTS grants the opportunity for this RNG-REQ itself, so there is no contention and no wait.
    effects.because(MODEM.stationRanging);
    this.#tries = 1;
    sendRangingRequest(this, this.sid, effects);
    this.#enter('adjusting', after(now, this.settings.t3Us));
  }

  #beginDhcp(now: Instant): void {
    this.#enter('dhcp', after(now, this.settings.dhcpUsMax));
  }

  #dhcpTooLong(now: Instant, effects: Effects): void {
    if (this.#dhcp.state !== 'selecting') return this.#beginDhcp(now);
    effects.because(MODEM.noOffer);
    this.#beginAnew(Reason.badDhcp, now, effects);
  }

  leased(ack: DhcpMessage): void {
    this.#facts = this.settings.bootFacts.read(ack, this.settings.readsOption125);
  }

  /** The ACK has come: time and file are asked for at once, as DOCSIS 3 does. */
  #bound(now: Instant, effects: Effects): void {
    if (this.#facts === undefined) return;
    const { isComplete, time } = this.#facts;
    if (!isComplete) effects.because(MODEM.missingOptional);
    this.#tod?.stop(effects);
    this.#tod =
      time === ANY ? undefined : new TodClient({ address: time, port: TOD_PORT }, this.settings.tod);
    this.#tod?.start(now, effects);
    this.#tries = 0;
    this.#download(now, effects);
  }

  #download(now: Instant, effects: Effects): void {
    if (this.#facts === undefined) return;
    const { file, server, isServerFrom125 } = this.#facts;
    if (isServerFrom125) effects.because(MODEM.tftpFrom125);
    this.#tries++;
    effects.because(MODEM.downloads);
    this.#show('waitingForTftp', effects);
    this.#enter('downloading', NEVER);
    this.#tftp = new TftpReceiver({ address: server, port: TFTP_PORT }, file, this.settings.tftp);
    this.#tftp.start(now, effects);
    this.#followDownload(now, effects);
  }

  #followDownload(now: Instant, effects: Effects): void {
    const state = this.#tftp?.state;
    if (state === undefined || this.#phase !== 'downloading') return;
    if (state.kind === 'done') return this.#downloaded(state.octets, now, effects);
    if (state.kind !== 'failed') return;
    const notFound = state.reason === 'refused' && state.code === 1;
    if (state.reason === 'timed-out') this.#downloadFailed(MODEM.downloadSilent, state.text, now, effects);
    else this.#downloadFailed(notFound ? MODEM.fileNotFound : MODEM.downloadBroken, state.text, now, effects);
  }

  #downloadFailed(rule: Rule, detail: string, now: Instant, effects: Effects): void {
    effects.because(rule, effects.explains ? detail : undefined);
    this.#tftp?.stop(effects);
    this.#tftp = undefined;
    const { downloadTries, downloadWaitUs, reinitUs } = this.settings;
    if (this.#tries < downloadTries) return this.#enter('download-wait', after(now, downloadWaitUs));
    effects.because(MODEM.rests);
    this.reason = Reason.badDhcp;
    this.#enter('resting', after(now, reinitUs));
  }

  #downloaded(octets: Uint8Array, now: Instant, effects: Effects): void {
    const config = this.settings.configs.read(octets, this.settings.crypto);
    if ('rule' in config) return this.#downloadFailed(config.rule, config.detail, now, effects);
    this.#tftp?.stop(effects);
    this.#tftp = undefined;
    this.#config = config;
    this.#tries = 0;
    effects.because(MODEM.registers);
    this.#register(now, effects);
  }

  #register(now: Instant, effects: Effects): void {
    if (this.#config === undefined) return;
    this.#tries++;
    const facts = {
      sid: this.sid,
      capabilities: this.settings.capabilities,
      address: this.#dhcp.lease?.address ?? ANY,
      reason: this.reason,
    };
    sendRegistrationRequest(this, this.#config.registration, facts, effects);
    this.#enter('registering', after(now, this.settings.t6Us));
  }

  #t6(now: Instant, effects: Effects): void {
    if (this.#tries < this.settings.registrationTries) {
      effects.because(MODEM.t6);
      return this.#register(now, effects);
    }
    effects.because(MODEM.registrationSilent);
    this.#beginAnew(Reason.t6, now, effects);
  }

  #registrationResponse(message: MacMessage, now: Instant, effects: Effects): void {
    if (this.#phase === 'operational')
      // Our REG-ACK was lost.
      return sendRegistrationAck(this, this.sid, RegistrationCode.okay, effects);
    if (this.#phase !== 'registering') return;
    if (message.code !== RegistrationCode.okay) return this.#refused(message.code, now, effects);
    const denied = this.#config?.networkAccess === false;
    this.#config = undefined;
    effects.because(MODEM.operational);
    sendRegistrationAck(this, this.sid, RegistrationCode.okay, effects);
    this.#enter('operational', NEVER);
    if (denied) effects.because(MODEM.forwardingDenied);
    this.#show(denied ? 'forwardingDenied' : 'operational', effects);
    if (this.poweredAt !== NEVER) effects.measure('boot.us', now - this.poweredAt);
    this.poweredAt = NEVER;
  }

  #refused(code: number, now: Instant, effects: Effects): void {
    effects.because(MODEM.refused, effects.explains ? `response ${code}` : undefined);
    this.reason = Reason.refused;
    this.#config = undefined;
    this.#show('refusedByCmts', effects);
    this.#enter('resting', after(now, this.settings.refusedUs));
  }

  #wakeTod(tod: TodClient, now: Instant, effects: Effects): void {
    const hadFailed = tod.hasFailed;
    tod.wake(now, effects);
    if (!hadFailed && tod.hasFailed) effects.because(MODEM.noTime);
  }

  #beginAnew(reason: number, now: Instant, effects: Effects): void {
    this.reason = reason;
    this.#scan(now, effects);
  }

  /** Ends all that a boot has begun, without a word to anybody. */
  #letGo(now: Instant, effects: Effects): void {
    this.#tftp?.stop(effects);
    this.#tftp = undefined;
    this.#tod?.stop(effects);
    this.#tod = undefined;
    this.#config = undefined;
    this.sid = 0;
    if (this.#dhcp.state !== 'stopped') this.#dhcp.stop(now, effects, 'silent');
    this.#followDhcp();
  }

  #followDhcp(): void {
    this.dhcpAt = this.#dhcp.deadline();
  }

  #enter(phase: Phase, wakeAt: Instant): void {
    this.#phase = phase;
    this.wakeAt = wakeAt;
  }

  #show(state: string, effects: Effects): void {
    if (state === this.#shown) return;
    this.#shown = state;
    effects.state('modem', state);
  }
}
