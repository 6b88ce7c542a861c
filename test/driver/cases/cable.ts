import { expect, test } from 'vitest';
import { ANY, BROADCAST } from '../../../src/core/address.ts';
import type { Topology } from '../../../src/core/driver.ts';
import type { Service } from '../../../src/core/service.ts';
import { at, host, ip, mac, segment } from '../plants.ts';
import { Actor, octetsOf, text } from '../world.ts';
import type { MakeWorld, World } from '../world.ts';
import { acting, inWorld, tell } from './plant.ts';
import type { Act } from './plant.ts';

const CMTS_MAC = mac('02:00:00:00:01:01');
const UPLINK_MAC = mac('02:00:00:00:01:02');
const MODEM_MACS = [mac('02:00:00:00:02:01'), mac('02:00:00:00:02:02')];
const OFFERED = ip('10.9.16.1');

/** A CMTS and two modems without addresses on a cable, a server behind the CMTS. */
function plant(cmts: Service, modems: readonly Service[], server: Service): Topology {
  const uplink = { segment: 'core', mac: UPLINK_MAC, addresses: [at('10.0.0.2/24')] };
  const cable = { segment: 'hfc', mac: CMTS_MAC, addresses: [at('10.9.0.1/18')] };
  return {
    segments: [segment('hfc', {}, 'cable'), segment('core')],
    links: [],
    hosts: [
      host('server', { on: 'core', address: [at('10.0.0.1/24 10.0.0.2')] }, () => server, {
        udpPorts: [1069],
      }),
      host('cmts', { on: 'hfc' }, () => cmts, {
        interfaces: [cable, uplink],
        forwards: true,
        udpPorts: [67],
      }),
      ...modems.map((modem, index) =>
        host(`modem${index}`, { on: 'hfc', mac: MODEM_MACS[index]! }, () => modem, {
          kind: 'cable-modem',
          udpPorts: [68],
        }),
      ),
    ],
  };
}

const forward: Act = (input, _now, effects) => {
  if (input.kind === 'transit') effects.forward();
};

const everyone = { address: BROADCAST, port: 67, via: 0 };

export function cableCases(make: MakeWorld): void {
  test('what a modem broadcasts is heard by the CMTS alone', async () => {
    const cmts = new Actor();
    const modem = acting({ go: (effects) => effects.send(68, everyone, octetsOf('discover')) });
    const other = new Actor();
    await inWorld(make, plant(cmts, [modem, other], new Actor()), async (world) => {
      tell(world, 'modem0', 'go');
      expect(await world.until(() => cmts.count('datagram') === 1)).toBe(true);
      await world.pass(30);
      expect(cmts.of('datagram')[0]).toMatchObject({
        from: { address: ANY, port: 68 },
        to: { address: BROADCAST, port: 67 },
        via: 0,
        hardware: MODEM_MACS[0],
      });
      expect([modem.count('datagram'), other.count('datagram')]).toEqual([0, 0]);
    });
  });

  test('what the CMTS broadcasts is heard by all modems', async () => {
    const cmts = acting({
      go: (effects) => effects.send(67, { address: BROADCAST, port: 68, via: 0 }, octetsOf('offer')),
    });
    const modems = [new Actor(), new Actor()];
    await inWorld(make, plant(cmts, modems, new Actor()), async (world) => {
      tell(world, 'cmts', 'go');
      expect(await world.until(() => modems.every((modem) => modem.count('datagram') === 1))).toBe(true);
      expect(modems[1]!.of('datagram')[0]!.from).toEqual({ address: ip('10.9.0.1'), port: 67 });
    });
  });

  test('a modem without an address is reached by its hardware address', async () => {
    const cmts = acting({
      go: (effects) =>
        effects.send(67, { address: OFFERED, port: 68, hardware: MODEM_MACS[1], via: 0 }, octetsOf('offer')),
    });
    const modems = [new Actor(), new Actor()];
    await inWorld(make, plant(cmts, modems, new Actor()), async (world) => {
      tell(world, 'cmts', 'go');
      expect(await world.until(() => modems[1]!.count('datagram') === 1)).toBe(true);
      await world.pass(30);
      expect(modems[0]!.count('datagram')).toBe(0);
      expect(text(modems[1]!.of('datagram')[0]!.octets)).toBe('offer');
    });
  });

  test('MAC messages travel without addresses', async () => {
    const cmts = new Actor((input, _now, effects) => {
      if (input.kind === 'mac-message') effects.sendMacMessage(input.via, input.from, octetsOf('success'));
    });
    const modem = acting({ go: (effects) => effects.sendMacMessage(0, CMTS_MAC, octetsOf('ranging')) });
    await inWorld(make, plant(cmts, [modem, new Actor()], new Actor()), async (world) => {
      tell(world, 'modem0', 'go');
      expect(await world.until(() => modem.count('mac-message') === 1)).toBe(true);
      expect(cmts.of('mac-message')[0]).toMatchObject({ from: MODEM_MACS[0], via: 0 });
      expect(text(modem.of('mac-message')[0]!.octets)).toBe('success');
    });
  });

  test('the CMTS is shown what it routes, both ways, and it goes on when it says so', async () => {
    const [, asks, answers] = await transits(make, forward, (world, modem) =>
      world.until(() => modem.count('datagram') > 0),
    );
    expect(asks).toBe(1);
    expect(answers).toBe(1);
  });

  test('what the CMTS does not forward goes nowhere', async () => {
    const [shown, asks, answers] = await transits(
      make,
      () => undefined,
      (world) => world.pass(100),
    );
    expect(shown).toBe(1);
    expect([asks, answers]).toEqual([0, 0]);
  });
}

/** A modem takes an address and asks the server behind the CMTS: how often each of the three was reached. */
async function transits(
  make: MakeWorld,
  atCmts: Act,
  rest: (world: World, modem: Actor) => Promise<unknown>,
): Promise<[number, number, number]> {
  const cmts = new Actor(atCmts);
  const modem = acting({
    go: (effects) => {
      effects.configure(0, { address: OFFERED, prefixLength: 18, router: ip('10.9.0.1') });
      effects.send(68, { address: ip('10.0.0.1'), port: 1069 }, octetsOf('read'));
    },
  });
  const server = new Actor((input, _now, effects) => {
    if (input.kind === 'datagram') effects.send(1069, input.from, octetsOf('data'));
  });
  await inWorld(make, plant(cmts, [modem, new Actor()], server), async (world) => {
    tell(world, 'modem0', 'go');
    await world.until(() => cmts.count('transit') > 0);
    await rest(world, modem);
    const [first] = cmts.of('transit');
    expect(first).toMatchObject({
      from: { address: OFFERED, port: 68 },
      to: { address: ip('10.0.0.1'), port: 1069 },
      via: 0,
      hardware: MODEM_MACS[0],
    });
  });
  return [cmts.count('transit'), server.count('datagram'), modem.count('datagram')];
}
