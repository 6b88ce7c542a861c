import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Random } from '../../../src/core/random.ts';
import { formatIpv4 } from '../../../src/core/address.ts';
import { FrameSplitter, frameMessage } from '../../../src/codec/dns/frame.ts';
import { decodeMessage, encodeMessage } from '../../../src/codec/dns/message.ts';
import { formatRecord } from '../../../src/codec/dns/record.ts';
import { Rcode } from '../../../src/codec/dns/registry.ts';
import { query } from '../../support/dns-client.ts';
import type { Figures } from './figures.ts';
import { LOOKUPS_A_DAY, namedAddress, NAMES, RESOLVERS, SERVER, ZONE, type Day } from './plan.ts';
import type { Clock } from './schedule.ts';

const PORT = 53;
const TURN_MS = 10;
/** After a pause nobody asks what was not asked meanwhile. */
const CATCH_UP_MS = 100;
const PATIENCE_MS = 2_000;
const TRIES = 3;
/** Of a hundred questions so many are for a name that is not there. */
const UNKNOWN_IN_100 = 10;
/** Of a thousand so many go by TCP. */
const STREAMS_IN_1000 = 5;

/** A question with what its answer must be: undefined for a name error. */
interface Lookup {
  readonly octets: Uint8Array;
  readonly qname: string;
  readonly address: string | undefined;
  sentAt: number;
  triesLeft: number;
}

/** What the households look up, by the resolvers of their ISP. */
export class Lookups {
  readonly #day: Day;
  readonly #clock: Clock;
  readonly #figures: Figures;
  readonly #random: Random;
  readonly #sockets: readonly Socket[];
  readonly #waiting: readonly Map<number, Lookup>[];
  #asked = 0;
  #owed = 0;
  #turnedAt = performance.now();

  static async open(made: {
    readonly day: Day;
    readonly clock: Clock;
    readonly figures: Figures;
    readonly random: Random;
  }): Promise<Lookups> {
    const sockets: Socket[] = [];
    for (const address of RESOLVERS) {
      const socket = createSocket({ type: 'udp4', recvBufferSize: 1_000_000 });
      socket.bind(0, address);
      await once(socket, 'listening');
      sockets.push(socket);
    }
    return new Lookups(made, sockets);
  }

  private constructor(made: Parameters<typeof Lookups.open>[0], sockets: readonly Socket[]) {
    this.#day = made.day;
    this.#clock = made.clock;
    this.#figures = made.figures;
    this.#random = made.random;
    this.#sockets = sockets;
    this.#waiting = sockets.map((socket) => {
      const waiting = new Map<number, Lookup>();
      socket.on('message', (octets) => {
        this.#heard(octets, waiting);
      });
      return waiting;
    });
  }

  start(): void {
    const now = performance.now();
    this.#owed +=
      (this.#day.modems * LOOKUPS_A_DAY * Math.min(now - this.#turnedAt, CATCH_UP_MS)) /
      (this.#day.seconds * 1000);
    this.#turnedAt = now;
    for (; this.#owed >= 1; this.#owed--) this.#one();
    this.#clock.events.after(TURN_MS, () => {
      this.start();
    });
  }

  close(): void {
    for (const socket of this.#sockets) socket.close();
  }

  #one(): void {
    const id = this.#asked++ & 0xffff;
    const isThere = this.#random.below(100) >= UNKNOWN_IN_100;
    const host = this.#random.below(NAMES);
    const qname = `${isThere ? 'h' : 'x'}${host}.${ZONE}`;
    const lookup: Lookup = {
      octets: encodeMessage(query(qname, 'A', { id })),
      qname,
      address: isThere ? formatIpv4(namedAddress(host)) : undefined,
      sentAt: performance.now(),
      triesLeft: TRIES,
    };
    this.#figures.open++;
    if (this.#random.below(1000) < STREAMS_IN_1000) return this.#byStream(lookup);
    const index = this.#random.below(this.#sockets.length);
    const waiting = this.#waiting[index];
    if (waiting === undefined || waiting.has(id)) {
      this.#figures.open--;
      return;
    }
    waiting.set(id, lookup);
    this.#send(lookup, id, index);
  }

  #send(lookup: Lookup, id: number, index: number): void {
    lookup.triesLeft--;
    this.#sockets[index]?.send(lookup.octets, PORT, SERVER);
    this.#clock.patience.after(PATIENCE_MS, () => {
      if (this.#waiting[index]?.get(id) !== lookup) return;
      this.#figures.again('dns');
      if (lookup.triesLeft > 0) return this.#send(lookup, id, index);
      this.#waiting[index].delete(id);
      this.#figures.open--;
      this.#figures.error(`${lookup.qname} has no answer`);
    });
  }

  #heard(octets: Uint8Array, waiting: Map<number, Lookup>): void {
    const id = ((octets[0] ?? 0) << 8) | (octets[1] ?? 0);
    const lookup = waiting.get(id);
    if (lookup === undefined) return;
    waiting.delete(id);
    this.#figures.answered('dns', lookup.sentAt);
    this.#judge(lookup, octets);
  }

  #judge({ qname, address }: Lookup, octets: Uint8Array): void {
    this.#figures.open--;
    const { rcode, answers } = decodeMessage(octets);
    const [first] = answers;
    const isRight =
      address === undefined
        ? rcode === Rcode.NXDOMAIN && first === undefined
        : rcode === Rcode.NOERROR && first !== undefined && formatRecord(first).endsWith(` ${address}`);
    if (!isRight)
      this.#figures.error(
        `${qname} is answered with ${rcode} ${first === undefined ? '' : formatRecord(first)}`,
      );
  }

  #byStream(lookup: Lookup): void {
    const socket = connect(PORT, SERVER);
    const splitter = new FrameSplitter();
    let isAnswered = false;
    socket.setTimeout(PATIENCE_MS * TRIES, () => socket.destroy(new Error('no answer in time')));
    socket.on('connect', () => socket.write(frameMessage(lookup.octets)));
    socket.on('data', (octets: Uint8Array) => {
      splitter.push(octets, (message) => {
        isAnswered = true;
        this.#figures.answered('dns-tcp', lookup.sentAt);
        this.#judge(lookup, message);
        socket.end();
        return false;
      });
    });
    let reason = 'closed';
    socket.on('error', ({ message }) => {
      reason = message;
    });
    socket.on('close', () => {
      if (isAnswered) return;
      this.#figures.open--;
      this.#figures.error(`${lookup.qname} by TCP: ${reason}`);
    });
  }
}
