import { toMac } from '../../src/core/address.ts';
import type { Ipv4, Mac } from '../../src/core/address.ts';
import { Writer } from '../../src/core/bytes.ts';
import type { Plain } from '../../src/core/service.ts';
import { toInstant } from '../../src/core/time.ts';
import {
  beginMacMessage,
  decodeMacMessage,
  endMacMessage,
  MacType,
} from '../../src/codec/docsis/mac-message.ts';
import { TlvCursor } from '../../src/codec/docsis/tlv.ts';
import { portableCrypto } from '../../src/crypto/portable.ts';
import { CmtsService } from '../../src/service/cmts.ts';
import type { CmtsOptions } from '../../src/service/cmts.ts';
import { clientMessage, ip, serverMessage } from './dhcp-builders.ts';
import { modemMac, SECRET, signed } from './modem-plant.ts';
import { RecordingEffects } from './recording-effects.ts';

export const CMTS_MAC = toMac(0x00005e0053fe);
export const MODEM = modemMac(0);
export const GIADDR = ip('10.9.0.1');
const SERVER = ip('10.0.0.67');
export const ADDRESS = ip('10.9.16.1');

/** A CMTS by itself, with a pencil for each message a modem sends. */
export class CmtsBench {
  readonly effects = new RecordingEffects();
  readonly service: CmtsService;
  #seconds = 0;

  constructor(options: Partial<CmtsOptions> = {}) {
    const base = { mac: CMTS_MAC, giaddr: GIADDR, helpers: [SERVER], secret: SECRET, crypto: portableCrypto };
    this.service = new CmtsService({ ...base, ranging: 'ideal', ...options });
  }

  at(seconds: number): this {
    this.#seconds = seconds;
    while (this.service.deadline() <= this.now)
      this.service.handle({ kind: 'timer' }, this.service.deadline(), this.effects);
    return this;
  }

  mac(type: number, body: readonly number[] | Uint8Array, from: Mac = MODEM): this {
    const writer = new Writer(new Uint8Array(2000));
    beginMacMessage(writer, CMTS_MAC, from, type);
    writer.bytes(Uint8Array.from(body));
    const octets = writer.octets.slice(0, endMacMessage(writer));
    this.service.handle({ kind: 'mac-message', octets, from, via: 0 }, this.now, this.effects);
    return this;
  }

  /** Ranges, and gets its address. */
  ranged(from: Mac = MODEM): this {
    this.mac(MacType.rangingRequest, [0, 0, 1, 0], from);
    const given = decodeMacMessage(this.effects.last('mac-message').octets).sid;
    return this.mac(MacType.rangingRequest, [given >> 8, given & 255, 1, 0], from);
  }

  addressed(from: Mac = MODEM, yiaddr: Ipv4 = ADDRESS): this {
    const discover = clientMessage('discover', { mac: from });
    const ack = serverMessage('ack', clientMessage('request', { mac: from, giaddr: GIADDR }), { yiaddr });
    this.datagram(discover, 0).datagram(ack, 1);
    return this;
  }

  datagram(octets: Uint8Array, via: number): this {
    const from = { address: via === 0 ? ip('0.0.0.0') : SERVER, port: via === 0 ? 68 : 67 };
    const to = { address: via === 0 ? ip('255.255.255.255') : GIADDR, port: 67 };
    this.service.handle(
      { kind: 'datagram', octets, from, to, via, hardware: undefined },
      this.now,
      this.effects,
    );
    return this;
  }

  /** A datagram on its way through; says whether it went on. */
  transit(from: string, to: string, port: number, via: number, hardware?: Mac): boolean {
    this.effects.take();
    const input = { octets: new Uint8Array(4), hardware, via };
    const ends = { from: { address: ip(from), port: 1024 }, to: { address: ip(to), port } };
    this.service.handle({ kind: 'transit', ...input, ...ends }, this.now, this.effects);
    return this.effects.of('forward').length === 1;
  }

  register(plain: Plain, secret?: Uint8Array): this {
    const file = signed(plain, secret);
    const cursor = new TlvCursor(file);
    while (cursor.next());
    return this.mac(MacType.registrationRequest, [0, 1, ...file.subarray(0, cursor.offset)]);
  }

  get now() {
    return toInstant(Math.round(this.#seconds * 1e6));
  }

  get states(): readonly string[] {
    return this.effects.of('state').map(({ state }) => state);
  }

  /** The code of the last REG-RSP. */
  get code(): number {
    const octets = this.effects.of('mac-message').findLast((effect) => effect.octets[24] === 7)!.octets;
    return decodeMacMessage(octets).code;
  }
}
