import { Flag } from '../../../codec/dns/header.ts';
import { decodeMessage } from '../../../codec/dns/message.ts';
import { formatName } from '../../../codec/dns/name.ts';
import { soaSerial } from '../../../codec/dns/rdata/soa.ts';
import { Opcode } from '../../../codec/dns/registry.ts';
import { tsigOffset } from '../../../codec/dns/tsig.ts';
import { formatEndpoint } from '../../../core/address.ts';
import { DecodeError } from '../../../core/errors.ts';
import type { Rule } from '../../../core/rules.ts';
import { TRANSFER } from '../../../core/rules/transfer.ts';
import { TSIG } from '../../../core/rules/tsig.ts';
import type { DatagramInput, Effects } from '../../../core/service.ts';
import { type Instant, NEVER, afterSeconds, earlier } from '../../../core/time.ts';
import type { RRset } from '../../../store/zone.ts';
import type { TsigVerifier } from '../tsig.ts';
import { type Peer, type RequestMaker, notifyRequest } from './requests.ts';

/** RFC 1996 §3.6 suggests five retries and a minute between, or a wait that grows: ours grows from five seconds to eighty. */
const RETRIES = 5;
const WAIT_SECONDS = 5;
/** Answers waited for at a time: more targets than that is a mistake. */
const WAITING_MAX = 1_000;

interface Waiting {
  /** Of the version that is told. */
  readonly soa: RRset;
  readonly peer: Peer;
  readonly port: number;
  readonly id: number;
  readonly verifier: TsigVerifier | undefined;
  readonly retriesLeft: number;
  readonly waitSeconds: number;
  readonly resendAt: Instant;
}

/** Tells secondaries of new versions until they have heard: RFC 1996. */
export class Notifier {
  readonly #requests: RequestMaker;
  /** By zone and peer: a newer version takes the place of one that is still being told. */
  readonly #waiting = new Map<string, Waiting>();

  constructor(requests: RequestMaker) {
    this.#requests = requests;
  }

  notify(soa: RRset, peers: readonly Peer[], now: Instant, effects: Effects): void {
    for (const peer of peers) {
      const key = `${soa.owner.key} ${formatEndpoint(peer)}`;
      const before = this.#waiting.get(key);
      if (before !== undefined) effects.release(before.port);
      else if (this.#waiting.size >= WAITING_MAX) return;
      explain(effects, TRANSFER.notifies, soa, peer);
      this.#send(key, { soa, peer }, { retriesLeft: RETRIES, waitSeconds: WAIT_SECONDS }, now, effects);
    }
  }

  ownsPort(port: number): boolean {
    for (const waiting of this.#waiting.values()) if (waiting.port === port) return true;
    return false;
  }

  receive({ octets, from, to }: DatagramInput, now: Instant, effects: Effects): void {
    for (const [key, waiting] of this.#waiting) {
      const { peer, soa, port, id, verifier } = waiting;
      if (port !== to.port) continue;
      if (from.address !== peer.address || from.port !== peer.port) return;
      try {
        const message = decodeMessage(octets);
        const isAnswer =
          message.id === id && (message.flags & Flag.QR) !== 0 && message.opcode === Opcode.NOTIFY;
        if (!isAnswer) return;
        const fault = verifier?.take(octets, tsigOffset(octets), this.#requests.seconds(now));
        if (fault !== undefined) return explain(effects, TSIG.badAnswer, soa, peer, fault);
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
        return;
      }
      explain(effects, TRANSFER.notifyHeard, soa, peer);
      effects.release(port);
      this.#waiting.delete(key);
      return;
    }
  }

  deadline(): Instant {
    let at: Instant = NEVER;
    for (const { resendAt } of this.#waiting.values()) at = earlier(at, resendAt);
    return at;
  }

  wake(now: Instant, effects: Effects): void {
    for (const [key, waiting] of this.#waiting) {
      if (waiting.resendAt > now) continue;
      const { soa, peer, retriesLeft, waitSeconds } = waiting;
      effects.release(waiting.port);
      this.#waiting.delete(key);
      if (retriesLeft === 0) {
        explain(effects, TRANSFER.notifyLost, soa, peer);
        continue;
      }
      explain(effects, TRANSFER.notifyAgain, soa, peer);
      const next = { retriesLeft: retriesLeft - 1, waitSeconds: waitSeconds * 2 };
      this.#send(key, { soa, peer }, next, now, effects);
    }
  }

  /** Goes on with what another one waits for. */
  inherit(before: Notifier): void {
    for (const [key, waiting] of before.#waiting) this.#waiting.set(key, waiting);
  }

  #send(
    key: string,
    { soa, peer }: Pick<Waiting, 'soa' | 'peer'>,
    more: Pick<Waiting, 'retriesLeft' | 'waitSeconds'>,
    now: Instant,
    effects: Effects,
  ): void {
    const { id, octets, verifier } = this.#requests.make(peer, (drawn) => notifyRequest(soa, drawn), now);
    const port = effects.bind();
    const resendAt = afterSeconds(now, more.waitSeconds);
    this.#waiting.set(key, { soa, peer, port, id, verifier, ...more, resendAt });
    effects.send(port, { address: peer.address, port: peer.port }, octets);
  }
}

function explain(effects: Effects, rule: Rule, soa: RRset, peer: Peer, detail?: string): void {
  if (!effects.explains) return effects.because(rule);
  const about = `${formatName(soa.owner)} serial ${soaSerial(soa.only)} to ${formatEndpoint(peer)}`;
  effects.because(rule, detail === undefined ? about : `${about}: ${detail}`);
}
