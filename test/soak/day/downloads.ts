import { createSocket, type Socket } from 'node:dgram';
import { formatIpv4, formatMac, type Ipv4, type Mac } from '../../../src/core/address.ts';
import { Writer } from '../../../src/core/bytes.ts';
import { latin1Octets } from '../../../src/core/text.ts';
import {
  DATA_HEADER_OCTETS,
  decodeBlock,
  decodeOpcode,
  encodeAck,
  encodePacket,
  Opcode,
  TFTP_PORT,
} from '../../../src/codec/tftp/packet.ts';
import { decodeTod, TOD_PORT, unixSecondsOfTod } from '../../../src/codec/tod.ts';
import { showOctets } from '../../../src/core/text.ts';
import type { Figures } from './figures.ts';
import { SERVER } from './plan.ts';
import type { Schedule } from './schedule.ts';

const PATIENCE_MS = 2_000;
const TRIES = 4;
const CLOCK_SECONDS_MAX = 5;
const BLKSIZE = 1448;

/** What a modem fetches once it has its lease: the time, then its own file. A socket of its own, at its own address. */
export class Download {
  readonly #made: { readonly figures: Figures; readonly patience: Schedule; readonly done: () => void };
  readonly #modem: string;
  readonly #socket: Socket;
  /** Of the time, then of the file. */
  #sentAt = 0;
  /** By the wall clock. */
  #askedAt = 0;
  #asked: 'tod' | 'tftp' = 'tod';
  #last = new Uint8Array(0);
  #lastTo = TOD_PORT;
  /** Counts what was sent, so that a timer knows its own. */
  #sent = 0;
  #triesLeft = TRIES;
  #block = 0;
  #blksize = 512;
  #octets = 0;

  constructor(
    modem: Mac,
    address: Ipv4,
    made: { readonly figures: Figures; readonly patience: Schedule; readonly done: () => void },
  ) {
    this.#made = made;
    this.#modem = formatMac(modem);
    this.#socket = createSocket('udp4');
    this.#socket.on('message', (octets, { port }) => {
      this.#heard(octets, port);
    });
    made.figures.open++;
    this.#socket.bind(0, formatIpv4(address), () => {
      this.#sentAt = performance.now();
      this.#askedAt = Date.now();
      this.#ask(new Uint8Array(0), TOD_PORT);
    });
  }

  #ask(octets: Uint8Array, port: number): void {
    this.#triesLeft = TRIES;
    this.#last = octets.slice();
    this.#lastTo = port;
    this.#send();
  }

  #send(): void {
    const number = ++this.#sent;
    this.#triesLeft--;
    this.#socket.send(this.#last, this.#lastTo, SERVER);
    this.#made.patience.after(PATIENCE_MS, () => {
      if (number !== this.#sent) return;
      this.#made.figures.again(this.#asked);
      if (this.#triesLeft > 0) this.#send();
      else this.#fail(`has no answer from ${this.#asked}`);
    });
  }

  #heard(octets: Uint8Array, port: number): void {
    if (this.#asked === 'tod') this.#time(octets);
    else this.#packet(octets, port);
  }

  #time(octets: Uint8Array): void {
    const told = unixSecondsOfTod(decodeTod(octets));
    // It was told at some moment between the question and now.
    const offSeconds = Math.max(told - Date.now() / 1000, this.#askedAt / 1000 - told);
    if (offSeconds > CLOCK_SECONDS_MAX) return this.#fail(`was told a time ${Math.round(offSeconds)} s off`);
    this.#made.figures.answered('tod', this.#sentAt);
    this.#asked = 'tftp';
    this.#sentAt = performance.now();
    const name = latin1Octets(`cm-${this.#modem.replaceAll(':', '')}.cfg`) ?? new Uint8Array(0);
    // Modems of two makers: one asks for larger blocks.
    const options = this.#modem.endsWith('0')
      ? [{ name: latin1Octets('blksize') ?? name, value: latin1Octets(String(BLKSIZE)) ?? name }]
      : [];
    const writer = new Writer(new Uint8Array(100));
    encodePacket(writer, { kind: 'rrq', name, mode: 'octet', options });
    this.#ask(writer.written(), TFTP_PORT);
  }

  #packet(octets: Uint8Array, port: number): void {
    switch (decodeOpcode(octets)) {
      case Opcode.oack:
        if (this.#block > 0) return;
        this.#blksize = BLKSIZE;
        return this.#acknowledge(0, port);
      case Opcode.data: {
        if (decodeBlock(octets) !== this.#block + 1) return;
        this.#block++;
        const length = octets.length - DATA_HEADER_OCTETS;
        this.#octets += length;
        this.#acknowledge(this.#block, port);
        if (length < this.#blksize) this.#finish();
        return;
      }
      default:
        this.#fail(`was told by tftp: ${showOctets(octets.subarray(0, 60))}`);
    }
  }

  #acknowledge(block: number, port: number): void {
    const writer = new Writer(new Uint8Array(DATA_HEADER_OCTETS));
    encodeAck(writer, block);
    this.#ask(writer.written(), port);
  }

  #finish(): void {
    const { figures } = this.#made;
    // A signed file of the plant: its MICs alone are 36 octets.
    if (this.#octets < 100 || this.#octets % 4 !== 0)
      figures.error(`${this.#modem} has a file of ${this.#octets} octets`);
    figures.answered('tftp', this.#sentAt);
    this.#close();
  }

  #fail(text: string): void {
    this.#made.figures.error(`${this.#modem} ${text}`);
    this.#close();
  }

  #close(): void {
    this.#sent++;
    this.#made.figures.open--;
    // The last acknowledgment is sent in a later turn.
    setImmediate(() => this.#socket.close());
    this.#made.done();
  }
}
