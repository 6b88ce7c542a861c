import { includesOctets } from '../../codec/http.ts';
import { Flag } from '../../codec/dns/header.ts';
import { decodeMessage, encodeMessage } from '../../codec/dns/message.ts';
import { Class, Opcode, Rcode, rcodeName, typeName } from '../../codec/dns/registry.ts';
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
    effects.send(this.port, spec.to, spec.kind === 'udp' ? spec.send : question(spec, id));
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

function question({ qname, qtype }: DnsSpec, id: number): Uint8Array {
  return encodeMessage({
    id,
    opcode: Opcode.QUERY,
    flags: Flag.RD,
    rcode: Rcode.NOERROR,
    questions: [{ qname, qtype, qclass: Class.IN }],
    answers: [],
    authorities: [],
    additionals: [],
  });
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
    const { id: theirs, flags, rcode, questions, answers } = decodeMessage(octets);
    const [asked] = questions;
    if (theirs !== id || (flags & Flag.QR) === 0) return undefined;
    if (asked !== undefined && (asked.qtype !== qtype || !asked.qname.equals(qname))) return undefined;
    if (rcode !== Rcode.NOERROR) return { passed: false, reason: rcodeName(rcode) };
    // What is too long to be shown is there.
    if ((flags & Flag.TC) !== 0 && expects === undefined) return { passed: true, reason: 'truncated' };
    const fitting = answers.filter(({ type }) => type === qtype);
    if (fitting.length === 0) return { passed: false, reason: `no ${typeName(qtype)} in the answer` };
    if (expects === undefined || fitting.some(({ rdata }) => equalOctets(rdata, expects)))
      return { passed: true, reason: `${typeName(qtype)} answered` };
    return { passed: false, reason: 'other data than expected' };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return { passed: false, reason: `no DNS: ${error.message}` };
  }
}
