import { includesOctets } from '../../codec/http.ts';
import { Flag } from '../../codec/dns/header.ts';
import { decodeMessage } from '../../codec/dns/message.ts';
import { encodeQuery, isAnswerTo } from '../../codec/dns/question.ts';
import { Rcode, rcodeName, typeName } from '../../codec/dns/registry.ts';
import type { Endpoint } from '../../core/address.ts';
import { equalOctets } from '../../core/bytes.ts';
import { DecodeError } from '../../core/errors.ts';
import { after, type Instant } from '../../core/time.ts';
import type { ProbeSpec } from '../../policy/dns/check.ts';
import type { Outcome, Probe, ProbeEffects } from './probe.ts';

type DnsSpec = Extract<ProbeSpec, { kind: 'dns' }>;
type DatagramSpec = Extract<ProbeSpec, { kind: 'udp' }> | DnsSpec;

/** A probe by one datagram and its answer: any UDP, or a question to a name server. Nothing is sent twice. */
export class DatagramProbe implements Probe {
  readonly stream = undefined;
  port: number | undefined;
  outcome: Outcome | undefined;
  readonly deadline: Instant;
  readonly #spec: DatagramSpec;
  readonly #id: number;

  /** `id` is drawn, and used by questions. */
  constructor(spec: DatagramSpec, id: number, now: Instant, effects: ProbeEffects) {
    this.#spec = spec;
    this.#id = id;
    this.deadline = after(now, spec.answerUs);
    this.port = effects.bind();
    effects.send(
      this.port,
      spec.to,
      spec.kind === 'udp' ? spec.send : encodeQuery(spec, { id, flags: Flag.RD }),
    );
  }

  onStream(): void {}

  onDatagram(octets: Uint8Array, from: Endpoint, effects: ProbeEffects): void {
    const { to } = this.#spec;
    if (from.address !== to.address || from.port !== to.port) return;
    const outcome =
      this.#spec.kind === 'udp'
        ? judgeText(this.#spec.expects, octets)
        : judgeAnswer(this.#spec, this.#id, octets);
    if (outcome !== undefined) this.#end(outcome, effects);
  }

  onUnreachable(reason: string, effects: ProbeEffects): void {
    this.#end({ passed: false, reason: `${reason} unreachable` }, effects);
  }

  giveUp(effects: ProbeEffects): void {
    this.#end({ passed: false, reason: 'no answer in time' }, effects);
  }

  stop(effects: ProbeEffects): void {
    if (this.port !== undefined) effects.release(this.port);
    this.port = undefined;
  }

  #end(outcome: Outcome, effects: ProbeEffects): void {
    this.stop(effects);
    this.outcome = outcome;
  }
}

function judgeText(expects: Uint8Array | undefined, octets: Uint8Array): Outcome {
  if (expects === undefined) return { passed: true, reason: `${octets.length} octets` };
  const found = includesOctets(octets, expects);
  return { passed: found, reason: found ? 'with the text' : 'the text is not there' };
}

/** Undefined: no answer to our question, and the wait goes on (RFC 5452 §9.1). */
function judgeAnswer(
  { qname, qtype, expects }: DnsSpec,
  id: number,
  octets: Uint8Array,
): Outcome | undefined {
  try {
    const message = decodeMessage(octets);
    if (!isAnswerTo(message, { id, qname, qtype })) return undefined;
    const { flags, rcode } = message;
    if (rcode !== Rcode.NOERROR) return { passed: false, reason: rcodeName(rcode) };
    // What is too long to be shown is there.
    if ((flags & Flag.TC) !== 0 && expects === undefined) return { passed: true, reason: 'truncated' };
    const fitting = message.answers.filter(({ type }) => type === qtype);
    if (fitting.length === 0) return { passed: false, reason: `no ${typeName(qtype)} in the answer` };
    if (expects === undefined || fitting.some(({ rdata }) => equalOctets(rdata, expects)))
      return { passed: true, reason: `${typeName(qtype)} answered` };
    return { passed: false, reason: 'other data than expected' };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return { passed: false, reason: `no DNS: ${error.message}` };
  }
}
