import { encodeRequest, HttpResponseReader, includesOctets } from '../../codec/http.ts';
import { parseIp } from '../../core/address.ts';
import { DecodeError } from '../../core/errors.ts';
import type { StreamId, StreamInput } from '../../core/service.ts';
import { after, type Instant } from '../../core/time.ts';
import type { ProbeSpec } from '../../policy/dns/check.ts';
import type { Outcome, Probe, ProbeEffects } from './probe.ts';

/** Route 53: the text must stand wholly in the first 5,120 octets of the page. */
const TEXT_OCTETS_MAX = 5_120;

type StreamSpec = Extract<ProbeSpec, { kind: 'tcp' | 'http' }>;
type Step = 'connect' | 'status' | 'text';

/** A probe by TCP: that a connection can be made; by HTTP(S): and that the answer is good, and has a text in it. */
export class StreamProbe implements Probe {
  readonly port = undefined;
  stream: StreamId | undefined;
  outcome: Outcome | undefined;
  deadline: Instant;
  readonly #spec: StreamSpec;
  #step: Step = 'connect';
  #reader: HttpResponseReader | undefined;

  constructor(spec: StreamSpec, now: Instant, effects: ProbeEffects) {
    this.#spec = spec;
    this.deadline = after(now, spec.connectUs);
    this.stream =
      spec.kind === 'http' && spec.isTls
        ? effects.connect(spec.to, undefined, { serverName: serverName(spec.host) })
        : effects.connect(spec.to);
  }

  onStream(input: StreamInput, now: Instant, effects: ProbeEffects): void {
    switch (input.event) {
      case 'opened':
        return this.#opened(input.stream, now, effects);
      case 'octets':
        return this.#octets(input.octets, now, effects);
      case 'closed':
        if (this.#reader?.finish() === true && this.#step === 'text') return this.#judgeText(effects);
        return this.#end(false, `closed without ${WANTED[this.#step]}`, effects);
      case 'reset':
        this.stream = undefined;
        return this.#end(
          false,
          this.#step === 'connect' ? 'connection refused or lost' : 'connection reset',
          effects,
        );
    }
  }

  onDatagram(): void {}
  onUnreachable(): void {}

  giveUp(effects: ProbeEffects): void {
    this.#end(false, TIMED_OUT[this.#step], effects);
  }

  stop(effects: ProbeEffects): void {
    if (this.stream !== undefined) effects.reset(this.stream);
    this.stream = undefined;
  }

  #opened(stream: StreamId, now: Instant, effects: ProbeEffects): void {
    const spec = this.#spec;
    if (spec.kind === 'tcp') return this.#end(true, 'connected', effects);
    this.#step = 'status';
    this.deadline = after(now, spec.answerUs);
    this.#reader = new HttpResponseReader(TEXT_OCTETS_MAX);
    effects.write(stream, encodeRequest(spec));
  }

  #octets(octets: Uint8Array, now: Instant, effects: ProbeEffects): void {
    const reader = this.#reader;
    const spec = this.#spec;
    if (reader === undefined || spec.kind !== 'http') return;
    try {
      reader.push(octets);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      return this.#end(false, `no HTTP: ${error.message}`, effects);
    }
    const { status } = reader;
    if (status === undefined) return;
    // Route 53: 2xx and 3xx are good.
    if (status >= 400) return this.#end(false, `HTTP ${status}`, effects);
    if (spec.expects === undefined) return this.#end(true, `HTTP ${status}`, effects);
    if (this.#step === 'status') {
      this.#step = 'text';
      this.deadline = after(now, spec.textUs);
    }
    if (reader.isWhole || includesOctets(reader.body, spec.expects)) this.#judgeText(effects);
  }

  #judgeText(effects: ProbeEffects): void {
    const { kind } = this.#spec;
    const expects = kind === 'http' ? this.#spec.expects : undefined;
    const { body, status } = this.#reader ?? { body: new Uint8Array(0), status: 0 };
    const found = expects !== undefined && includesOctets(body, expects);
    this.#end(found, `HTTP ${status}, ${found ? 'with the text' : 'the text is not there'}`, effects);
  }

  /** A server that sends on is not listened to: the connection is given up when more is to come. */
  #end(passed: boolean, reason: string, effects: ProbeEffects): void {
    if (this.stream !== undefined) {
      if (this.#spec.kind === 'tcp' && passed) effects.close(this.stream);
      else if (this.#reader?.isWhole === true) effects.close(this.stream);
      else effects.reset(this.stream);
    }
    this.stream = undefined;
    this.outcome = { passed, reason };
  }
}

const WANTED: Readonly<Record<Step, string>> = { connect: 'a word', status: 'an answer', text: 'the text' };
const TIMED_OUT: Readonly<Record<Step, string>> = {
  connect: 'connect timed out',
  status: 'no answer in time',
  text: 'no text in time',
};

/** RFC 6066 §3: addresses are not named; a port is none of its business. */
function serverName(host: string): string | undefined {
  const name = host.startsWith('[') ? host.slice(1, host.indexOf(']')) : host.replace(/:\d+$/, '');
  return parseIp(name) === undefined ? name : undefined;
}
