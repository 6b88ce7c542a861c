import type { Endpoint, Ip } from '../../core/address.ts';
import { formatEndpoint } from '../../core/address.ts';
import { FTP } from '../../core/rules/ftp.ts';
import type { Effects, StreamId, StreamInput } from '../../core/service.ts';
import { escapeText, latin1Octets } from '../../core/text.ts';
import { after, type Instant, NEVER } from '../../core/time.ts';
import { formatSpoken, FTP_PORT, type FtpForm, FtpLines, spokenEndpoint } from '../../codec/ftp.ts';

export interface FtpClientOptions {
  readonly server: Ip;
  /** undefined: the list. */
  readonly file: string | undefined;
  readonly form: FtpForm;
  /** Where it waits in active mode: a TCP port of its host. */
  readonly dataPort: number;
  /** How long it waits for anything. */
  readonly patienceUs: number;
}

export type FtpOutcome =
  | { readonly kind: 'fetched'; readonly octets: number }
  | { readonly kind: 'failed'; readonly text: string };

/** What it waits for: the reply to its last command, and then, in a transfer, the file and the word that it was all. */
type Step = 'greeting' | 'user' | 'password' | 'type' | 'way' | 'transfer' | 'bye' | 'over';

/** The largest file taken. */
const OCTETS_MAX = 16 * 1024 * 1024;

/** An FTP client that fetches one file, or the list, and says good bye: RFC 959, RFC 2428, RFC 1635. */
export class FtpClient {
  readonly #options: FtpClientOptions;
  readonly #settled: (outcome: FtpOutcome, effects: Effects) => void;
  readonly #lines = new FtpLines();
  #step: Step = 'over';
  #control: StreamId | undefined;
  #data: StreamId | undefined;
  #local: Endpoint | undefined;
  #octets = 0;
  /** Both must be so before the file is there: RFC 959 §3.2. */
  #dataIsOver = false;
  #serverSaysAll = false;
  #wakeAt: Instant = NEVER;

  constructor(options: FtpClientOptions, settled: (outcome: FtpOutcome, effects: Effects) => void) {
    this.#options = options;
    this.#settled = settled;
  }

  start(now: Instant, effects: Effects): void {
    if (this.#control !== undefined) return;
    this.#step = 'greeting';
    this.#control = effects.connect({ address: this.#options.server, port: FTP_PORT });
    this.#wait(now);
  }

  stop(effects: Effects): void {
    if (this.#control !== undefined) effects.reset(this.#control);
    if (this.#data !== undefined) effects.reset(this.#data);
    this.#end();
  }

  deadline(): Instant {
    return this.#wakeAt;
  }

  wake(now: Instant, effects: Effects): void {
    if (now >= this.#wakeAt) this.#fail(`nothing came: ${WAITED_FOR[this.#step]}`, effects);
  }

  stream(input: StreamInput, now: Instant, effects: Effects): void {
    if (input.stream === this.#control) return this.#onControl(input, now, effects);
    if (input.event === 'opened') return this.#onDataOpened(input, effects);
    if (input.stream !== this.#data) return;
    if (input.event === 'octets') {
      this.#octets += input.octets.length;
      this.#wait(now);
      if (this.#octets > OCTETS_MAX) this.#fail(`more than ${OCTETS_MAX} octets`, effects);
    } else if (input.event === 'closed') {
      effects.close(input.stream);
      this.#data = undefined;
      this.#dataIsOver = true;
      this.#maybeFetched(now, effects);
    } else {
      this.#data = undefined;
      this.#fail('the data connection was refused or cut', effects);
    }
  }

  #onControl(input: StreamInput, now: Instant, effects: Effects): void {
    switch (input.event) {
      case 'opened':
        this.#local = { ...input.local };
        return;
      case 'octets': {
        const lines = this.#lines.push(input.octets);
        if (lines === undefined) return this.#fail('a line without an end', effects);
        for (const line of lines) this.#reply(line, now, effects);
        return;
      }
      default:
        if (this.#step === 'bye') return this.#finish(effects);
        this.#control = undefined;
        if (this.#step !== 'over') this.#fail('the control connection was refused or cut', effects);
    }
  }

  /** In active mode the server comes to us: RFC 2577 §8, only from where we asked. */
  #onDataOpened({ stream, local, peer }: StreamInput & { event: 'opened' }, effects: Effects): void {
    if (stream === this.#data) return;
    const isExpected = local.port === this.#options.dataPort && peer.address === this.#options.server;
    if (!isExpected || this.#data !== undefined || this.#step !== 'transfer') return effects.reset(stream);
    this.#data = stream;
  }

  #reply(line: string, now: Instant, effects: Effects): void {
    // RFC 959 §4.2: of a reply of several lines the last has a space behind its number.
    const parts = /^([1-5]\d\d)(?: (.*))?$/.exec(line);
    if (parts === null || this.#step === 'over') return;
    const code = Number(parts[1]);
    this.#wait(now);
    if (code >= 400) return this.#fail(escapeText(line), effects);
    switch (this.#step) {
      case 'greeting':
        if (code === 220) this.#say('USER anonymous', 'user', effects);
        return;
      case 'user':
        if (code === 331) return this.#say('PASS guest@lab.example', 'password', effects);
        return this.#say('TYPE I', 'type', effects);
      case 'password':
        return this.#say(this.#options.file === undefined ? 'TYPE A' : 'TYPE I', 'type', effects);
      case 'type':
        return this.#askForWay(effects);
      case 'way':
        return this.#takeWay(line, effects);
      case 'transfer':
        if (code < 200) return;
        this.#serverSaysAll = true;
        return this.#maybeFetched(now, effects);
      case 'bye':
        return this.#finish(effects);
    }
  }

  #askForWay(effects: Effects): void {
    const { form, dataPort } = this.#options;
    const address = this.#local?.address;
    if (form === 'pasv') return this.#say('PASV', 'way', effects);
    if (form === 'epsv') return this.#say('EPSV', 'way', effects);
    if (address === undefined) return this.#fail('there is no address to name', effects);
    const verb = form === 'port' ? 'PORT' : 'EPRT';
    this.#say(`${verb} ${formatSpoken(form, { address, port: dataPort })}`, 'way', effects);
  }

  #takeWay(line: string, effects: Effects): void {
    const { form, file, server } = this.#options;
    if (form === 'pasv' || form === 'epsv') {
      const spoken = spokenEndpoint(line, { address: server });
      if (spoken?.form !== form) return this.#fail(`no port in ${escapeText(line)}`, effects);
      effects.because(FTP.asked, effects.explains ? `data at ${formatEndpoint(spoken.endpoint)}` : undefined);
      this.#data = effects.connect(spoken.endpoint);
    }
    this.#say(file === undefined ? 'LIST' : `RETR ${file}`, 'transfer', effects);
  }

  #maybeFetched(now: Instant, effects: Effects): void {
    if (!this.#dataIsOver || !this.#serverSaysAll) return;
    effects.because(FTP.fetched, effects.explains ? `${this.#octets} octets` : undefined);
    this.#settled({ kind: 'fetched', octets: this.#octets }, effects);
    this.#say('QUIT', 'bye', effects);
    this.#wait(now);
  }

  #say(line: string, next: Step, effects: Effects): void {
    if (this.#control === undefined) return;
    this.#step = next;
    effects.because(FTP.asked, effects.explains ? line : undefined);
    effects.write(this.#control, latin1Octets(`${line}\r\n`) ?? new Uint8Array(0));
  }

  #wait(now: Instant): void {
    this.#wakeAt = after(now, this.#options.patienceUs);
  }

  #finish(effects: Effects): void {
    if (this.#control !== undefined) effects.close(this.#control);
    this.#end();
  }

  #fail(text: string, effects: Effects): void {
    const isLate = this.#step === 'bye';
    effects.because(FTP.clientGivesUp, effects.explains ? text : undefined);
    this.stop(effects);
    // The file was there already: only the good bye was not answered.
    if (!isLate) this.#settled({ kind: 'failed', text }, effects);
  }

  #end(): void {
    this.#step = 'over';
    this.#control = undefined;
    this.#data = undefined;
    this.#wakeAt = NEVER;
  }
}

const WAITED_FOR: Readonly<Record<Step, string>> = {
  greeting: 'no connection, or no greeting',
  user: 'no reply to USER',
  password: 'no reply to PASS',
  type: 'no reply to TYPE',
  way: 'no reply to PORT or PASV',
  transfer: 'no file',
  bye: 'no reply to QUIT',
  over: 'nothing was asked',
};
