import { describe, expect, test } from 'vitest';
import { CMTS } from '../../../src/core/rules/cmts.ts';
import type { Plain } from '../../../src/core/service.ts';
import { NEVER } from '../../../src/core/time.ts';
import { Option } from '../../../src/codec/dhcp/codes.ts';
import { toMac } from '../../../src/core/address.ts';
import { decodeMacMessage, MacType } from '../../../src/codec/docsis/mac-message.ts';
import type { CmtsOptions } from '../../../src/service/cmts.ts';
import { ADDRESS, CmtsBench, GIADDR } from '../../support/cmts-bench.ts';
import { clientMessage, option, serverMessage } from '../../support/dhcp-builders.ts';
import { GOLD, ModemPlant, modemMac } from '../../support/modem-plant.ts';

const epoch = { us: 0 };

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
    const bench = new CmtsBench(options).ranged().addressed().at(100).register(plain, secret);
    expect(bench.code).toBe(code);
    if (code === 0) bench.mac(MacType.registrationAck, [0, 1, 0]);
    expect(bench.states.at(-1)).toBe(state);
  });

  test('a modem that has not ranged is not answered', () => {
    const bench = new CmtsBench().register(FLOWS);
    expect(bench.effects.words()).toEqual([`because ${CMTS.notRanged.id}`]);
  });

  test('the answer assigns an id to each service flow', () => {
    const bench = new CmtsBench().ranged().addressed().register(FLOWS);
    const { octets } = bench.effects.last('mac-message');
    const message = decodeMacMessage(octets);
    expect([...octets.subarray(message.tlvsAt, message.end)]).toEqual([
      24, 14, 1, 2, 0, 1, 2, 4, 0, 0, 0, 1, 3, 2, 0, 1, 25, 10, 1, 2, 0, 2, 2, 4, 0, 0, 0, 2,
    ]);
  });

  test('without a REG-ACK the answer is repeated each T6, and then it is reject(na)', () => {
    const bench = new CmtsBench().ranged().addressed().register(FLOWS).at(20);
    expect(bench.effects.of('mac-message').filter(({ octets }) => octets[24] === 7)).toHaveLength(3);
    expect(bench.states.at(-1)).toBe('reject(na)');
    expect(bench.service.deadline()).toBe(NEVER);
  });

  test('an acknowledgment in time ends the waiting', () => {
    const bench = new CmtsBench()
      .ranged()
      .addressed()
      .register(FLOWS)
      .at(2)
      .mac(MacType.registrationAck, [0, 1, 0]);
    expect(bench.states.at(-1)).toBe('online');
    expect(bench.service.deadline()).toBe(NEVER);
  });

  test('T9: a modem that never registers is dropped after a quarter of an hour', () => {
    const bench = new CmtsBench().ranged().addressed();
    expect(bench.service.deadline()).toBe(900e6);
    bench.at(901);
    expect(bench.states.at(-1)).toBe('offline');
    expect(bench.effects.rules()).toContain(CMTS.t9.id);
    bench.register(FLOWS);
    expect(bench.effects.rules().at(-1)).toBe(CMTS.notRanged.id);
  });

  test('parts of a REG-REQ-MP out of order are dropped', () => {
    const bench = new CmtsBench().ranged().addressed();
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
    const bench = new CmtsBench(options).at(1).mac(MacType.rangingRequest, [0, 0, 1, 0]);
    expect(bench.effects.log).toEqual([]);
    expect(bench.service.deadline()).toBe(1_001_000);
    bench.at(1.001);
    expect(bench.states).toEqual(['init(r1)', 'init(r2)']);
  });

  test('two in one opportunity are not understood', () => {
    const bench = new CmtsBench(options).at(1);
    bench.mac(MacType.rangingRequest, [0, 0, 1, 0]);
    bench.mac(MacType.rangingRequest, [0, 0, 1, 0], modemMac(1));
    bench.at(1.001);
    expect(bench.effects.words()).toEqual([`because ${CMTS.collided.id}`, 'measure ranging.collisions 1']);
  });

  test('a SID that the CMTS did not give is told to begin anew', () => {
    const bench = new CmtsBench().mac(MacType.rangingRequest, [0, 9, 1, 0]);
    const { octets } = bench.effects.last('mac-message');
    expect(octets.at(-5)).toBe(2);
  });

  test('a second RNG-RSP for one that was lost', () => {
    const bench = new CmtsBench().ranged();
    bench.mac(MacType.rangingRequest, [0, 1, 1, 0]);
    expect(bench.states).toEqual(['init(r1)', 'init(r2)', 'init(rc)']);
    expect(bench.effects.last('mac-message').octets.at(-5)).toBe(3);
  });

  test('the table has a limit', () => {
    const bench = new CmtsBench({ timers: { modemsMax: 1 } }).ranged();
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
    const bench = new CmtsBench().ranged();
    expect(bench.transit('10.9.16.1', '10.0.0.69', 69, 0)).toBe(false);
    bench.addressed();
    expect(bench.transit('10.9.16.1', '10.0.0.69', 69, 0)).toBe(true);
    expect(bench.transit('10.0.0.69', '10.9.16.1', 50000, 1)).toBe(true);
    expect(bench.transit('10.9.16.9', '10.0.0.69', 69, 0)).toBe(false);
    expect(bench.transit('10.0.0.69', '10.9.16.9', 50000, 1)).toBe(false);
    expect(bench.effects.rules()).toEqual([CMTS.notForwarded.id]);
  });

  test('without source verification forwards all', () => {
    expect(new CmtsBench({ sourceVerify: false }).transit('10.9.16.9', '10.0.0.69', 69, 0)).toBe(true);
  });

  test('a host on the cable is relayed as one behind the CMTS, and may speak', () => {
    const bench = new CmtsBench();
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
    const bench = new CmtsBench().ranged().datagram(clientMessage('discover'), 0);
    bench.datagram(serverMessage(type, clientMessage('request', { giaddr: GIADDR }), { yiaddr: ADDRESS }), 1);
    expect(bench.states).toEqual(states);
  });

  test('a modem that remembers its address starts with a REQUEST: init(d)', () => {
    const remembered = clientMessage('request', { options: [option(Option.requestedAddress, 10, 9, 16, 1)] });
    expect(new CmtsBench().ranged().datagram(remembered, 0).states.at(-1)).toBe('init(d)');
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
