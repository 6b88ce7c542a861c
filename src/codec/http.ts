import { DecodeError } from '../core/errors.ts';
import { latin1Octets, latin1Text } from '../core/text.ts';

/** As much of HTTP/1.1 (RFC 9110, RFC 9112) as a health check and a target to check need. */

/** Start line and fields; more than any server sends. */
const HEAD_OCTETS_MAX = 16 * 1024;
/** RFC 9112 §7.1: a chunk's length in hex with its extensions. */
const CHUNK_LINE_OCTETS_MAX = 256;
const HTTP_DIGITS_MAX = 9;

export interface HttpRequest {
  readonly method: string;
  /** Path and query, as they came. */
  readonly target: string;
}

/** A GET that asks for the end of the connection behind the answer: RFC 9112 §3.2, §9.6. */
export function encodeRequest({ host, path }: { readonly host: string; readonly path: string }): Uint8Array {
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}`,
    'User-Agent: headend-health-check',
    'Accept: */*',
    'Connection: close',
  ];
  return asciiOctets(`${lines.join('\r\n')}\r\n\r\n`);
}

/** A whole answer, after which the connection ends. */
export function encodeResponse({
  status,
  body,
}: {
  readonly status: number;
  readonly body: Uint8Array;
}): Uint8Array {
  const lines = [
    `HTTP/1.1 ${status} ${REASONS[status] ?? 'Status'}`,
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${body.length}`,
    'Connection: close',
  ];
  const head = asciiOctets(`${lines.join('\r\n')}\r\n\r\n`);
  const octets = new Uint8Array(head.length + body.length);
  octets.set(head);
  octets.set(body, head.length);
  return octets;
}

/** RFC 9110 §15, the common ones. */
const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  204: 'No Content',
  301: 'Moved Permanently',
  302: 'Found',
  400: 'Bad Request',
  404: 'Not Found',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
};

function asciiOctets(text: string): Uint8Array {
  return latin1Octets(text) ?? new Uint8Array(0);
}

/** Collects the octets of start line and fields, to the empty line: RFC 9112 §2.1. */
class Head {
  #octets = new Uint8Array(0);

  /** The lines and what is behind them, once the empty line is there; throws `DecodeError` when it is too long. */
  push(octets: Uint8Array): { readonly lines: readonly string[]; readonly rest: Uint8Array } | undefined {
    const all = joined(this.#octets, octets.subarray(0, HEAD_OCTETS_MAX + 1 - this.#octets.length));
    const end = endOfHead(all);
    if (end === undefined) {
      if (all.length > HEAD_OCTETS_MAX)
        throw new DecodeError('unsupported', 'header fields', HEAD_OCTETS_MAX);
      this.#octets = all;
      return undefined;
    }
    const rest = octets.subarray(end - this.#octets.length);
    // RFC 9112 §2.2: a lone LF ends a line, too.
    return { lines: latin1Text(all.subarray(0, end)).split(/\r?\n/), rest };
  }
}

/** Where the body begins. */
function endOfHead(octets: Uint8Array): number | undefined {
  for (let index = 0; index + 1 < octets.length; index++) {
    if (octets[index] !== 0x0a) continue;
    if (octets[index + 1] === 0x0a) return index + 2;
    if (octets[index + 1] === 0x0d && octets[index + 2] === 0x0a) return index + 3;
  }
  return undefined;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** Reads one request; what a client sends as a body is not looked at. */
export class HttpRequestReader {
  readonly #head = new Head();

  /** The request, once its fields are whole; throws `DecodeError`. */
  push(octets: Uint8Array): HttpRequest | undefined {
    const head = this.#head.push(octets);
    if (head === undefined) return undefined;
    const parts = /^([!-~]{1,32}) ([!-~]{1,8192}) HTTP\/1\.[01]$/.exec(head.lines[0] ?? '');
    if (parts === null) throw new DecodeError('malformed', 'request-line', 0);
    const [, method = '', target = ''] = parts;
    return { method, target };
  }
}

/** How the end of a body is known: RFC 9112 §6.3. */
type Framing = 'length' | 'chunked' | 'until close' | 'none';

/** Reads one answer to a GET, as much of its body as is asked for. */
export class HttpResponseReader {
  /** 100 to 599; undefined until the fields are whole. Interim answers (RFC 9110 §15.2) are passed over. */
  status: number | undefined;
  /** Whether no more of the body is to come, or to be kept. */
  isWhole = false;
  readonly #body: Uint8Array;
  #bodyLength = 0;
  #head = new Head();
  #framing: Framing = 'none';
  /** Of the body, or of the chunk that is being read. */
  #left = 0;
  /** The line between two chunks. */
  #chunkLine = '';

  /** Keeps the first `bodyOctetsMax` octets of the body. */
  constructor(bodyOctetsMax: number) {
    this.#body = new Uint8Array(bodyOctetsMax);
  }

  /** What is here of the body. */
  get body(): Uint8Array {
    return this.#body.subarray(0, this.#bodyLength);
  }

  /** Throws `DecodeError` for what is no answer. */
  push(octets: Uint8Array): void {
    let rest = octets;
    while (this.status === undefined) {
      const head = this.#head.push(rest);
      if (head === undefined) return;
      this.#begin(head.lines);
      rest = head.rest;
    }
    if (this.#framing === 'chunked') this.#pushChunked(rest);
    else this.#pushPlain(rest);
  }

  /** The server has ended the connection; whether the body is all there. */
  finish(): boolean {
    if (this.status !== undefined && this.#framing === 'until close') this.isWhole = true;
    return this.isWhole;
  }

  #begin(lines: readonly string[]): void {
    const parts = /^HTTP\/1\.[0-9] ([1-5][0-9][0-9])(?: |$)/.exec(lines[0] ?? '');
    if (parts === null) throw new DecodeError('malformed', 'status-line', 0);
    const status = Number(parts[1]);
    this.#head = new Head();
    // RFC 9110 §15.2: any number of them may come before the answer itself.
    if (status < 200) return;
    this.status = status;
    this.#framing = this.#framingOf(lines, status);
    if (this.#framing === 'none' || (this.#framing === 'length' && this.#left === 0)) this.isWhole = true;
  }

  /** RFC 9112 §6.3, in its order, for an answer to GET. */
  #framingOf(lines: readonly string[], status: number): Framing {
    if (status === 204 || status === 304) return 'none';
    const coding = fieldOf(lines, 'transfer-encoding');
    if (coding !== undefined) return /(^|[ ,])chunked$/i.test(coding) ? 'chunked' : 'until close';
    const length = fieldOf(lines, 'content-length');
    if (length === undefined) return 'until close';
    if (!/^\d{1,15}$/.test(length)) throw new DecodeError('malformed', 'Content-Length', 0);
    this.#left = Number(length);
    return 'length';
  }

  #pushPlain(octets: Uint8Array): void {
    if (this.isWhole) return;
    if (this.#framing === 'until close') return this.#keep(octets);
    const part = octets.subarray(0, this.#left);
    this.#left -= part.length;
    this.#keep(part);
    if (this.#left === 0) this.isWhole = true;
  }

  /** RFC 9112 §7.1. Trailer fields are not looked at. */
  #pushChunked(octets: Uint8Array): void {
    let at = 0;
    while (at < octets.length && !this.isWhole) {
      if (this.#left > 0) {
        const part = octets.subarray(at, at + this.#left);
        this.#keep(part);
        this.#left -= part.length;
        at += part.length;
        continue;
      }
      const octet = octets[at] ?? 0;
      at++;
      if (octet !== 0x0a) {
        if (octet !== 0x0d) this.#chunkLine += String.fromCharCode(octet);
        if (this.#chunkLine.length > CHUNK_LINE_OCTETS_MAX)
          throw new DecodeError('malformed', 'chunk-size', at);
        continue;
      }
      // The line's end behind a chunk's data.
      if (this.#chunkLine !== '') this.#beginChunk(at);
    }
  }

  #beginChunk(at: number): void {
    const digits = /^([0-9a-f]+)[ \t]*(;.*)?$/i.exec(this.#chunkLine)?.[1];
    if (digits === undefined || digits.length > HTTP_DIGITS_MAX)
      throw new DecodeError('malformed', 'chunk-size', at);
    this.#chunkLine = '';
    this.#left = Number.parseInt(digits, 16);
    if (this.#left === 0) this.isWhole = true;
  }

  #keep(octets: Uint8Array): void {
    const part = octets.subarray(0, this.#body.length - this.#bodyLength);
    this.#body.set(part, this.#bodyLength);
    this.#bodyLength += part.length;
    if (this.#bodyLength === this.#body.length) this.isWhole = true;
  }
}

/** RFC 9110 §5.1: names in any case. The first of that name. */
function fieldOf(lines: readonly string[], name: string): string | undefined {
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(':');
    if (colon > 0 && line.slice(0, colon).toLowerCase() === name) return line.slice(colon + 1).trim();
  }
  return undefined;
}

/** Whether `part` stands in `octets`, letter for letter. */
export function includesOctets(octets: Uint8Array, part: Uint8Array): boolean {
  if (part.length === 0) return true;
  const first = part[0] ?? 0;
  let at = octets.indexOf(first);
  while (at >= 0 && at + part.length <= octets.length) {
    let same = 1;
    while (same < part.length && octets[at + same] === part[same]) same++;
    if (same === part.length) return true;
    at = octets.indexOf(first, at + 1);
  }
  return false;
}
