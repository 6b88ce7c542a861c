import type { Endpoint, Ip } from '../../core/address.ts';
import { formatEndpoint, isGroup } from '../../core/address.ts';
import { DecodeError } from '../../core/errors.ts';
import type { RecordedDatagram } from '../../codec/datagrams.ts';
import { decodeOpcode, Opcode, TFTP_PORT } from '../../codec/tftp/packet.ts';
import { dialectOf } from './dialect.ts';

export interface RecordedAnswer {
  /** After the request. */
  readonly delayUs: number;
  readonly octets: Uint8Array;
  /** From another port than the one that was asked: a transfer of TFTP. */
  readonly fromPort: number;
}

/** One request, and what was said to it. */
export interface Exchange {
  readonly answers: readonly RecordedAnswer[];
  /** A TFTP request: its number among the transfers of the recording, by which what follows is found; 0: none. */
  readonly transfer: number;
}

interface OpenExchange extends Exchange {
  /** When the server had it. */
  readonly atUs: number;
  readonly answers: RecordedAnswer[];
}

/** What one server was asked and answered, found by what a request is about. */
export class Recording {
  readonly #exchanges = new Map<string, Exchange[]>();
  readonly #addresses: ReadonlySet<Ip>;
  readonly #ports: ReadonlySet<number>;
  /** The last request with which an answer may go. */
  readonly #open = new Map<string, OpenExchange>();
  /** By the client's end: its transfer. */
  readonly #transfers = new Map<string, number>();
  #transferCount = 0;
  requests = 0;
  answered = 0;

  /** `addresses` and `ports` are the server's in the recording. */
  constructor(
    datagrams: readonly RecordedDatagram[],
    server: { readonly addresses: readonly Ip[]; readonly ports: readonly number[] },
  ) {
    this.#addresses = new Set(server.addresses);
    this.#ports = new Set(server.ports);
    for (const datagram of datagrams) this.#take(datagram);
    this.#open.clear();
    this.#transfers.clear();
  }

  /** What was said each time that this was asked, in order; undefined: it never was. */
  find(key: string): readonly Exchange[] | undefined {
    return this.#exchanges.get(key);
  }

  #take(datagram: RecordedDatagram): void {
    try {
      const { from, to } = datagram;
      if (this.#addresses.has(from.address)) this.#answer(datagram);
      else if (this.#addresses.has(to.address) || isGroup(to.address)) this.#request(datagram);
    } catch (error) {
      // Somebody sent that in its day, and nobody can have answered it.
      if (!(error instanceof DecodeError)) throw error;
    }
  }

  #request({ from, to, octets, lastUs, isLost }: RecordedDatagram): void {
    const transfer = this.#transfers.get(formatEndpoint(from)) ?? 0;
    const isWithin = transfer !== 0 && isTftp(to.port, this.#ports) && !beginsTransfer(octets);
    // What never came was never answered: the network's doing, not the server's.
    if (isLost || (!isWithin && !this.#ports.has(to.port))) return;
    const port = isWithin ? TFTP_PORT : to.port;
    const dialect = dialectOf(port);
    const begins = !isWithin && port === TFTP_PORT;
    if (begins) this.#transfers.set(formatEndpoint(from), ++this.#transferCount);
    const exchange: OpenExchange = {
      atUs: lastUs,
      answers: [],
      transfer: begins ? this.#transferCount : isWithin ? transfer : 0,
    };
    const key = keyIn(port, isWithin ? transfer : 0, dialect.keyOf(octets));
    const known = this.#exchanges.get(key);
    if (known === undefined) this.#exchanges.set(key, [exchange]);
    else known.push(exchange);
    this.#open.set(`${port} ${dialect.linkOf(octets, from)}`, exchange);
    this.requests++;
  }

  #answer({ from, to, octets, firstUs }: RecordedDatagram): void {
    const port = this.#portOf(from, to);
    const exchange = this.#open.get(`${port} ${dialectOf(port).linkOf(octets, to)}`);
    if (exchange === undefined) return;
    if (exchange.answers.length === 0) this.answered++;
    exchange.answers.push({ delayUs: Math.max(0, firstUs - exchange.atUs), octets, fromPort: from.port });
  }

  /** The port whose protocol it speaks: a transfer has a port of its own. */
  #portOf(from: Endpoint, to: Endpoint): number {
    if (this.#ports.has(from.port)) return from.port;
    return this.#transfers.has(formatEndpoint(to)) ? TFTP_PORT : from.port;
  }
}

/** Under what an exchange is kept: a datagram of a transfer by its transfer. */
export function keyIn(port: number, transfer: number, key: string): string {
  return `${port} ${transfer} ${key}`;
}

export function beginsTransfer(octets: Uint8Array): boolean {
  const opcode = decodeOpcode(octets);
  return opcode === Opcode.rrq || opcode === Opcode.wrq;
}

/** A datagram to a port of a transfer, or to the one port that has them all. */
function isTftp(port: number, ports: ReadonlySet<number>): boolean {
  return port === TFTP_PORT || !ports.has(port);
}
