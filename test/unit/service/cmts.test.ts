import { describe, expect, test } from 'vitest';
import { toMac } from '../../../src/core/address.ts';
import type { Mac } from '../../../src/core/address.ts';
import { Writer } from '../../../src/core/bytes.ts';
import { CMTS } from '../../../src/core/rules/cmts.ts';
import type { Plain } from '../../../src/core/service.ts';
import { NEVER, toInstant } from '../../../src/core/time.ts';
import { Option } from '../../../src/codec/dhcp/codes.ts';
import {
  beginMacMessage,
  decodeMacMessage,
  endMacMessage,
  MacType,
} from '../../../src/codec/docsis/mac-message.ts';
import { TlvCursor } from '../../../src/codec/docsis/tlv.ts';
import { portableCrypto } from '../../../src/crypto/portable.ts';
import { CmtsService } from '../../../src/service/cmts.ts';
import type { CmtsOptions } from '../../../src/service/cmts.ts';
import { clientMessage, ip, option, serverMessage } from '../../support/dhcp-builders.ts';
import { GOLD, ModemPlant, modemMac, SECRET, signed } from '../../support/modem-plant.ts';
import { RecordingEffects } from '../../support/recording-effects.ts';

const CMTS_MAC = toMac(0x00005e0053fe);
const MODEM = modemMac(0);
const GIADDR = ip('10.9.0.1');
const epoch = { us: 0 };
const SERVER = ip('10.0.0.67');
const ADDRESS = ip('10.9.16.1');

/** A CMTS by itself, with a pencil for each message a modem sends. */
class Bench {
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

  addressed(from: Mac = MODEM): this {
    const discover = clientMessage('discover', { mac: from });
    const ack = serverMessage('ack', clientMessage('request', { mac: from, giaddr: GIADDR }), {
      yiaddr: ADDRESS,
    });
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
  transit(from: string, to: string, port: number, via: number): boolean {
    this.effects.take();
    const input = { octets: new Uint8Array(4), hardware: undefined, via };
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

const FLOWS: Plain = {
  'network-access': true,
  'upstream-service-flow': { reference: 1 },
  'downstream-service-flow': { reference: 2 },
};

describe('registration', () => {
  const stamp = (seconds: number): Plain => ({
    ...(FLOWS as object),
    'tftp-server-timestamp': 2_208_988_800 + seconds,
  });
  test.each<{
    name: string;
    plain: Plain;
    secret?: Uint8Array;
    options?: Partial<CmtsOptions>;
    code: number;
    state: string;
  }>([
    { name: 'a class of service', plain: GOLD, code: 0, state: 'online' },
    { name: 'a service flow each way', plain: FLOWS, code: 0, state: 'online' },
    {
      name: 'network access off',
      plain: { ...(FLOWS as object), 'network-access': false },
      code: 0,
      state: 'online(d)',
    },
    { name: 'another secret', plain: FLOWS, secret: new Uint8Array(0), code: 11, state: 'reject(m)' },
    {
      name: 'both kinds together',
      plain: { ...(FLOWS as object), 'class-of-service': { 'class-id': 1 } },
      code: 4,
      state: 'reject(c)',
    },
    {
      name: 'one way only',
      plain: { 'network-access': true, 'upstream-service-flow': { reference: 1 } },
      code: 4,
      state: 'reject(c)',
    },
    {
      name: 'no network access',
      plain: { 'class-of-service': { 'class-id': 1 } },
      code: 4,
      state: 'reject(c)',
    },
    {
      name: 'one reference twice',
      plain: { ...(FLOWS as object), 'downstream-service-flow': { reference: 1 } },
      code: 18,
      state: 'reject(c)',
    },
    {
      name: 'a flow without a reference',
      plain: { ...(FLOWS as object), 'downstream-service-flow': { priority: 1 } },
      code: 2,
      state: 'reject(c)',
    },
    {
      name: 'made for this address',
      plain: { ...(FLOWS as object), 'tftp-server-provisioned-modem-address': '10.9.16.1' },
      code: 0,
      state: 'online',
    },
    {
      name: 'made for another address',
      plain: { ...(FLOWS as object), 'tftp-server-provisioned-modem-address': '10.9.16.2' },
      code: 11,
      state: 'reject(ip)',
    },
    { name: 'made just now', plain: stamp(90), options: { epoch }, code: 0, state: 'online' },
    { name: 'made too long ago', plain: stamp(60), options: { epoch }, code: 11, state: 'reject(ts)' },
    { name: 'made in the future', plain: stamp(140), options: { epoch }, code: 11, state: 'reject(ts)' },
    { name: 'made long ago, by a CMTS without a clock', plain: stamp(60), code: 0, state: 'online' },
    { name: 'no download seen', plain: FLOWS, options: { tftpEnforce: true }, code: 11, state: 'reject(m)' },
  ])('$name', ({ plain, secret, options, code, state }) => {
    const bench = new Bench(options).ranged().addressed().at(100).register(plain, secret);
    expect(bench.code).toBe(code);
    if (code === 0) bench.mac(MacType.registrationAck, [0, 1, 0]);
    expect(bench.states.at(-1)).toBe(state);
  });

  test('a modem that has not ranged is not answered', () => {
    const bench = new Bench().register(FLOWS);
    expect(bench.effects.words()).toEqual([`because ${CMTS.notRanged.id}`]);
  });

  test('the answer assigns an id to each service flow', () => {
    const bench = new Bench().ranged().addressed().register(FLOWS);
    const { octets } = bench.effects.last('mac-message');
    const message = decodeMacMessage(octets);
    expect([...octets.subarray(message.tlvsAt, message.end)]).toEqual([
      24, 14, 1, 2, 0, 1, 2, 4, 0, 0, 0, 1, 3, 2, 0, 1, 25, 10, 1, 2, 0, 2, 2, 4, 0, 0, 0, 2,
    ]);
  });

  test('without a REG-ACK the answer is repeated each T6, and then it is reject(na)', () => {
    const bench = new Bench().ranged().addressed().register(FLOWS).at(20);
    expect(bench.effects.of('mac-message').filter(({ octets }) => octets[24] === 7)).toHaveLength(3);
    expect(bench.states.at(-1)).toBe('reject(na)');
    expect(bench.service.deadline()).toBe(NEVER);
  });

  test('an acknowledgment in time ends the waiting', () => {
    const bench = new Bench()
      .ranged()
      .addressed()
      .register(FLOWS)
      .at(2)
      .mac(MacType.registrationAck, [0, 1, 0]);
    expect(bench.states.at(-1)).toBe('online');
    expect(bench.service.deadline()).toBe(NEVER);
  });

  test('T9: a modem that never registers is dropped after a quarter of an hour', () => {
    const bench = new Bench().ranged().addressed();
    expect(bench.service.deadline()).toBe(900e6);
    bench.at(901);
    expect(bench.states.at(-1)).toBe('offline');
    expect(bench.effects.rules()).toContain(CMTS.t9.id);
    bench.register(FLOWS);
    expect(bench.effects.rules().at(-1)).toBe(CMTS.notRanged.id);
  });

  test('parts of a REG-REQ-MP out of order are dropped', () => {
    const bench = new Bench().ranged().addressed();
    bench.effects.take();
    bench.mac(MacType.registrationRequestMp, [0, 1, 2, 2, 3, 1, 1]);
    bench.mac(MacType.registrationRequestMp, [0, 1, 2, 1, 3, 1, 1]);
    bench.mac(MacType.registrationRequestMp, [0, 1, 3, 2, 3, 1, 1]);
    expect(bench.effects.rules()).toEqual([CMTS.fragmentLost.id, CMTS.fragmentLost.id]);
  });
});

describe('ranging', () => {
  const options: Partial<CmtsOptions> = { ranging: 'contention' };

  test('one modem in an opportunity is answered when it is over', () => {
    const bench = new Bench(options).at(1).mac(MacType.rangingRequest, [0, 0, 1, 0]);
    expect(bench.effects.log).toEqual([]);
    expect(bench.service.deadline()).toBe(1_001_000);
    bench.at(1.001);
    expect(bench.states).toEqual(['init(r1)', 'init(r2)']);
  });

  test('two in one opportunity are not understood', () => {
    const bench = new Bench(options).at(1);
    bench.mac(MacType.rangingRequest, [0, 0, 1, 0]);
    bench.mac(MacType.rangingRequest, [0, 0, 1, 0], modemMac(1));
    bench.at(1.001);
    expect(bench.effects.words()).toEqual([`because ${CMTS.collided.id}`, 'measure ranging.collisions 1']);
  });

  test('a SID that the CMTS did not give is told to begin anew', () => {
    const bench = new Bench().mac(MacType.rangingRequest, [0, 9, 1, 0]);
    const { octets } = bench.effects.last('mac-message');
    expect(octets.at(-5)).toBe(2);
  });

  test('a second RNG-RSP for one that was lost', () => {
    const bench = new Bench().ranged();
    bench.mac(MacType.rangingRequest, [0, 1, 1, 0]);
    expect(bench.states).toEqual(['init(r1)', 'init(r2)', 'init(rc)']);
    expect(bench.effects.last('mac-message').octets.at(-5)).toBe(3);
  });

  test('the table has a limit', () => {
    const bench = new Bench({ timers: { modemsMax: 1 } }).ranged();
    bench.effects.take();
    bench.mac(MacType.rangingRequest, [0, 0, 1, 0], modemMac(1));
    expect(bench.effects.words()).toEqual([`because ${CMTS.tooMany.id}`]);
  });

  test('hundreds at one moment collide, back off and all come online', () => {
    const plant = new ModemPlant({ modems: 300 });
    for (let index = 0; index < 300; index++) plant.command(0, `cm${index}`, 'power-on');
    plant.run(60);
    expect(plant.driver.countOf(CMTS.collided)).toBeGreaterThan(5);
    expect(plant.bootUs).toHaveLength(300);
  });

  test('ideal ranging knows no collisions', () => {
    const plant = new ModemPlant({ modems: 300, cmts: { ranging: 'ideal' } });
    for (let index = 0; index < 300; index++) plant.command(0, `cm${index}`, 'power-on');
    plant.run(60);
    expect(plant.driver.countOf(CMTS.collided)).toBe(0);
    expect(plant.bootUs).toHaveLength(300);
  });
});

describe('what passes through', () => {
  test('forwards only for addresses that DHCP gave out here', () => {
    const bench = new Bench().ranged();
    expect(bench.transit('10.9.16.1', '10.0.0.69', 69, 0)).toBe(false);
    bench.addressed();
    expect(bench.transit('10.9.16.1', '10.0.0.69', 69, 0)).toBe(true);
    expect(bench.transit('10.0.0.69', '10.9.16.1', 50000, 1)).toBe(true);
    expect(bench.transit('10.9.16.9', '10.0.0.69', 69, 0)).toBe(false);
    expect(bench.transit('10.0.0.69', '10.9.16.9', 50000, 1)).toBe(false);
    expect(bench.effects.rules()).toEqual([CMTS.notForwarded.id]);
  });

  test('without source verification forwards all', () => {
    expect(new Bench({ sourceVerify: false }).transit('10.9.16.9', '10.0.0.69', 69, 0)).toBe(true);
  });

  test('a host on the cable is relayed as one behind the CMTS, and may speak', () => {
    const bench = new Bench();
    const host = toMac(0x00005e005301);
    bench.addressed(host);
    const relayed = bench.effects.of('send')[0]!.octets;
    const at = relayed.findIndex((octet, index) => octet === Option.relayAgent && index > 240);
    expect([...relayed.subarray(at + 8, at + 16)]).toEqual([2, 6, 0x00, 0x00, 0x5e, 0x00, 0x53, 0xfe]);
    expect(bench.transit('10.9.16.1', '10.0.0.53', 53, 0)).toBe(true);
    expect(bench.states).toEqual([]);
  });

  test.each([
    {
      name: 'an OFFER changes nothing',
      type: 'offer' as const,
      states: ['init(r1)', 'init(r2)', 'init(rc)', 'init(d)'],
    },
    {
      name: 'a NAK changes nothing',
      type: 'nak' as const,
      states: ['init(r1)', 'init(r2)', 'init(rc)', 'init(d)'],
    },
    {
      name: 'an ACK is init(i)',
      type: 'ack' as const,
      states: ['init(r1)', 'init(r2)', 'init(rc)', 'init(d)', 'init(i)'],
    },
  ])('$name', ({ type, states }) => {
    const bench = new Bench().ranged().datagram(clientMessage('discover'), 0);
    bench.datagram(serverMessage(type, clientMessage('request', { giaddr: GIADDR }), { yiaddr: ADDRESS }), 1);
    expect(bench.states).toEqual(states);
  });

  test('a modem that remembers its address starts with a REQUEST: init(d)', () => {
    const remembered = clientMessage('request', { options: [option(Option.requestedAddress, 10, 9, 16, 1)] });
    expect(new Bench().ranged().datagram(remembered, 0).states.at(-1)).toBe('init(d)');
  });
});

describe('offline', () => {
  test('T4 after the last words of a modem that lost its power', () => {
    const plant = new ModemPlant();
    plant.command(0, 'cm0', 'power-on');
    plant.command(10, 'cm0', 'power-off');
    plant.run(40);
    expect(plant.shownOf(0).at(-1)).toBe('online');
    plant.run(46);
    expect(plant.shownOf(0).at(-1)).toBe('offline');
  });

  test('not when it comes back in time', () => {
    const plant = new ModemPlant();
    plant.command(0, 'cm0', 'power-on');
    plant.command(10, 'cm0', 'power-off');
    plant.command(30, 'cm0', 'power-on');
    plant.run(3600);
    expect(plant.shownOf(0)).not.toContain('offline');
    expect(plant.shownOf(0).at(-1)).toBe('online');
  });
});

test('the table, as a person would ask for it', () => {
  const plant = new ModemPlant({ modems: 2 });
  plant.command(0, 'cm0', 'power-on');
  plant.command(5, 'cm1', 'power-on');
  plant.command(20, 'cmts', 'modems');
  plant.command(20, 'cmts', 'bake');
  plant.run(30);
  expect(plant.replies.slice(2)).toEqual([
    [
      { mac: '00:10:18:00:00:01', ip: '10.9.16.1', state: 'online', channel: 1, sid: 1 },
      { mac: '00:10:18:00:00:02', ip: '10.9.16.2', state: 'online', channel: 1, sid: 2 },
    ],
    { error: 'a CMTS knows modems, not bake' },
  ]);
});
