import { encodeResponse, HttpRequestReader } from '../codec/http.ts';
import { DecodeError } from '../core/errors.ts';
import { WEB } from '../core/rules/web.ts';
import type { CommandInput, Effects, Input, Service, StreamId, StreamInput } from '../core/service.ts';
import { escapeText, utf8Octets } from '../core/text.ts';
import { after, type Instant, NEVER, toInstant } from '../core/time.ts';

/** What a web server says, and how long it thinks about it. */
export interface WebAnswer {
  readonly status: number;
  readonly body: string;
  readonly delayUs: number;
}

/** How it fails: answers something else, never answers, or ends every connection at once. */
type Failure = { readonly how: 'answer'; readonly answer: WebAnswer } | { readonly how: 'silent' | 'refuse' };

interface Visitor {
  readonly reader: HttpRequestReader;
  /** When the answer is ready; NEVER while there is no request, or no answer to it. */
  answerAt: Instant;
  answer: WebAnswer;
}

/** Connections at one time; the oldest gives way. */
const VISITORS_MAX = 1_000;
const BAD_REQUEST: WebAnswer = { status: 400, body: 'bad request\n', delayUs: 0 };
const OUT_OF_SERVICE = 503;

/**
 * A web server for checks to look at: the same answer to every request, or the failure that it was told to have. The machine `web` is
 * `serving` or `failing`. Commands: `fail { how, status, body, delay_us }`, `mend`, `status`.
 */
export class WebService implements Service {
  readonly #answer: WebAnswer;
  readonly #visitors = new Map<StreamId, Visitor>();
  #failure: Failure | undefined;
  #isUp = false;
  #deadline: Instant = toInstant(0);

  constructor(answer: WebAnswer) {
    this.#answer = answer;
  }

  handle(input: Input, now: Instant, effects: Effects): void {
    if (input.kind === 'command') return this.#command(input, effects);
    if (input.kind === 'stream') return this.#stream(input, now, effects);
    if (input.kind !== 'timer') return;
    if (!this.#isUp) effects.state('web', this.#state);
    this.#isUp = true;
    for (const [stream, { answerAt, answer }] of this.#visitors)
      if (answerAt <= now) this.#say(stream, answer, effects);
    this.#reckon();
  }

  deadline(): Instant {
    return this.#deadline;
  }

  #command({ verb, args }: CommandInput, effects: Effects): void {
    switch (verb) {
      case 'fail':
        this.#failure = failureOf(args);
        return effects.state('web', this.#state);
      case 'mend':
        this.#failure = undefined;
        return effects.state('web', this.#state);
      case 'status':
        return effects.reply({ state: this.#state });
    }
  }

  get #state(): 'failing' | 'serving' {
    return this.#failure === undefined ? 'serving' : 'failing';
  }

  #stream(input: StreamInput, now: Instant, effects: Effects): void {
    const { stream } = input;
    switch (input.event) {
      case 'opened':
        return this.#open(stream, effects);
      case 'octets':
        return this.#read(stream, input.octets, now, effects);
      case 'closed':
        if (this.#visitors.get(stream)?.answerAt === NEVER) this.#drop(stream, effects);
        return;
      case 'reset':
        this.#visitors.delete(stream);
        return this.#reckon();
    }
  }

  #open(stream: StreamId, effects: Effects): void {
    if (this.#failure?.how === 'refuse') {
      effects.because(WEB.refused);
      return effects.reset(stream);
    }
    for (const oldest of this.#visitors.keys()) {
      if (this.#visitors.size < VISITORS_MAX) break;
      this.#drop(oldest, effects);
    }
    this.#visitors.set(stream, { reader: new HttpRequestReader(), answerAt: NEVER, answer: this.#answer });
  }

  #read(stream: StreamId, octets: Uint8Array, now: Instant, effects: Effects): void {
    const visitor = this.#visitors.get(stream);
    if (visitor === undefined || visitor.answerAt !== NEVER) return;
    try {
      const request = visitor.reader.push(octets);
      if (request === undefined) return;
      this.#choose(visitor, `${request.method} ${escapeText(request.target)}`, effects);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      effects.because(WEB.malformed, effects.explains ? error.message : undefined);
      return this.#say(stream, BAD_REQUEST, effects);
    }
    if (this.#failure?.how === 'silent') return;
    visitor.answerAt = after(now, visitor.answer.delayUs);
    if (visitor.answer.delayUs === 0) this.#say(stream, visitor.answer, effects);
    this.#reckon();
  }

  #choose(visitor: Visitor, request: string, effects: Effects): void {
    const failure = this.#failure;
    if (failure === undefined) effects.because(WEB.answered, effects.explains ? request : undefined);
    else if (failure.how === 'answer') {
      visitor.answer = failure.answer;
      effects.because(WEB.failing, effects.explains ? `${request}: ${failure.answer.status}` : undefined);
    } else effects.because(WEB.silent, effects.explains ? request : undefined);
  }

  #say(stream: StreamId, { status, body }: WebAnswer, effects: Effects): void {
    this.#visitors.delete(stream);
    effects.write(stream, encodeResponse({ status, body: utf8Octets(body) }));
    effects.close(stream);
  }

  #drop(stream: StreamId, effects: Effects): void {
    this.#visitors.delete(stream);
    effects.reset(stream);
  }

  #reckon(): void {
    this.#deadline = NEVER;
    for (const { answerAt } of this.#visitors.values())
      if (answerAt < this.#deadline) this.#deadline = answerAt;
  }
}

function failureOf({ how, status, body, delay_us: delay }: CommandInput['args']): Failure {
  if (how === 'silent' || how === 'refuse') return { how };
  return {
    how: 'answer',
    answer: {
      status: typeof status === 'number' ? status : OUT_OF_SERVICE,
      body: typeof body === 'string' ? body : 'out of service\n',
      delayUs: typeof delay === 'number' ? delay : 0,
    },
  };
}
