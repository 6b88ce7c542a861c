import { describe, expect, test } from 'vitest';
import { parsePacket } from '../../../src/config/step.ts';
import type { Turn } from '../../../src/config/fault.ts';
import type { FrameEvent, HostSpec } from '../../../src/core/driver.ts';
import { PacketScript } from '../../../src/scenario/packet-script.ts';
import { PlantIndex } from '../../../src/scenario/plant.ts';
import { dhcp, frameOf, HOSTS, scenarioWith, TOPOLOGY, udp } from './plant.ts';

const PLANT = new PlantIndex(scenarioWith('  - always: leases.unique'), TOPOLOGY);

function scriptOf(text: string, turn: Turn | undefined = { kind: 'all' }): PacketScript {
  const packet = parsePacket(text);
  if ('message' in packet) throw new Error(packet.message);
  return new PacketScript({ packet, turn }, PLANT);
}

let packets = 100;

/** Each is a datagram of its own. */
function frame(
  [from, sender]: readonly [string, HostSpec],
  [to, receiver]: readonly [string, HostSpec | undefined],
  octets: Uint8Array,
): FrameEvent {
  const segment = sender === HOSTS.cmts && receiver !== HOSTS.dhcp ? 'hfc' : sender.interfaces[0]!.segment;
  return { ...frameOf({ seconds: 1, sender, receiver, segment }, udp(from, to, octets)), packet: packets++ };
}

const offerToRelay = (modem: HostSpec) =>
  frame(['10.0.0.67:67', HOSTS.dhcp], ['10.9.0.1:67', HOSTS.cmts], dhcp('offer', modem));
const offerOnCable = (modem: HostSpec) =>
  frame(['10.9.0.1:67', HOSTS.cmts], ['*:68', undefined], dhcp('offer', modem));
const discoverOnCable = (modem: HostSpec) =>
  frame(['0.0.0.0:68', modem], ['*:67', undefined], dhcp('discover', modem));
const discoverToServer = (modem: HostSpec) => ({
  ...frame(['10.9.0.1:67', HOSTS.cmts], ['10.0.0.67:67', HOSTS.dhcp], dhcp('discover', modem)),
  segment: 'core',
});

describe('a packet is meant', () => {
  test.each([
    {
      name: 'from the server, for the client it is about',
      packet: 'DHCP OFFER dhcp>cm[1]',
      frame: offerToRelay(HOSTS.cm1),
    },
    { name: 'as it comes from the relay', packet: 'DHCP OFFER cmts>cm[1]', frame: offerOnCable(HOSTS.cm1) },
    { name: 'of a group', packet: 'DHCP OFFER cmts>cm', frame: offerOnCable(HOSTS.cm2) },
    { name: 'for whoever has it next', packet: 'DHCP OFFER dhcp>cmts', frame: offerToRelay(HOSTS.cm1) },
    { name: 'of a client to all', packet: 'DHCP DISCOVER cm[1]>cmts', frame: discoverOnCable(HOSTS.cm1) },
    {
      name: 'of a client, brought by its relay',
      packet: 'DHCP DISCOVER cm[1]>dhcp',
      frame: discoverToServer(HOSTS.cm1),
    },
    { name: 'anybody’s', packet: 'DHCP OFFER', frame: offerOnCable(HOSTS.cm0) },
    { name: 'of any kind', packet: 'DHCP', frame: discoverOnCable(HOSTS.cm0) },
    { name: 'by a field', packet: 'DHCP OFFER xid=429eb20c', frame: offerOnCable(HOSTS.cm0) },
  ])('$name: $packet', ({ packet, frame: event }) => {
    expect(scriptOf(packet).picks(event)).toBe(true);
  });
});

describe('and is not', () => {
  test.each([
    { name: 'for another client', packet: 'DHCP OFFER dhcp>cm[1]', frame: offerToRelay(HOSTS.cm0) },
    {
      name: 'for another client, though all hear it',
      packet: 'DHCP OFFER cmts>cm[1]',
      frame: offerOnCable(HOSTS.cm0),
    },
    {
      name: 'of the relay, which only brings it',
      packet: 'DHCP OFFER dhcp>cm[1]',
      frame: offerOnCable(HOSTS.cm1),
    },
    {
      name: 'for a host on another segment',
      packet: 'DHCP DISCOVER cm[1]>dhcp',
      frame: discoverOnCable(HOSTS.cm1),
    },
    { name: 'of another kind', packet: 'DHCP ACK', frame: offerOnCable(HOSTS.cm1) },
    { name: 'of another protocol', packet: 'TFTP RRQ', frame: offerOnCable(HOSTS.cm1) },
    { name: 'with another field', packet: 'DHCP OFFER xid=00000000', frame: offerOnCable(HOSTS.cm1) },
    {
      name: 'that cannot be read',
      packet: 'DHCP OFFER',
      frame: frame(['10.9.0.1:67', HOSTS.cmts], ['*:68', undefined], Uint8Array.of(2, 1)),
    },
  ])('$name: $packet', ({ packet, frame: event }) => {
    expect(scriptOf(packet).picks(event)).toBe(false);
  });
});

test.each([
  { turn: { kind: 'all' }, picks: [1, 2, 3, 4, 5, 6] },
  { turn: { kind: 'nth', count: 2 }, picks: [2] },
  { turn: { kind: 'first', count: 2 }, picks: [1, 2] },
  { turn: { kind: 'every', count: 3 }, picks: [3, 6] },
] as const)('of six: $turn.kind $turn.count', ({ turn, picks }) => {
  const script = scriptOf('DHCP OFFER', turn);
  const picked = [1, 2, 3, 4, 5, 6].filter(() => script.picks(offerOnCable(HOSTS.cm0)));
  expect(picked).toEqual(picks);
});

test('a datagram counts once on its way through routers', () => {
  const script = scriptOf('DHCP OFFER', { kind: 'nth', count: 2 });
  const first = offerOnCable(HOSTS.cm0);
  expect([first, first, first].map((event) => script.picks(event))).toEqual([false, false, false]);
  expect(script.picks(offerOnCable(HOSTS.cm0))).toBe(true);
});

test('without a turn, each of its crossings is meant', () => {
  const packet = parsePacket('DHCP OFFER');
  if ('message' in packet) throw new Error(packet.message);
  const script = new PacketScript({ packet, turn: undefined }, PLANT);
  const first = offerOnCable(HOSTS.cm0);
  expect([first, first].map((event) => script.picks(event))).toEqual([true, true]);
});
