import { describe, expect, test } from 'vitest';
import { ANY, MAC_BROADCAST, type Ipv4, toMac } from '../../../../src/core/address.ts';
import { NEVER, toInstant } from '../../../../src/core/time.ts';
import { Op } from '../../../../src/codec/dhcp/codes.ts';
import { portableCrypto } from '../../../../src/crypto/portable.ts';
import { ModemFleet } from '../../../../src/engine/modem/fleet.ts';
import { modemProfile } from '../../../../src/engine/modem/profile.ts';
import { type RestingModem, RestRows } from '../../../../src/engine/modem/rest-rows.ts';
import { RecordingEffects } from '../../../support/recording-effects.ts';

const CMTS = toMac(0x00005e0053fe);
const off: RestingModem = {
  state: 'off',
  cmts: MAC_BROADCAST,
  sid: 0,
  reason: 1,
  drawn: 0,
  client: { xid: 0, lease: undefined, renewAt: NEVER, rebindAt: NEVER, expiresAt: NEVER },
};
const operational: RestingModem = {
  state: 'operational',
  cmts: CMTS,
  sid: 0x1fff,
  reason: 255,
  drawn: -1,
  client: {
    xid: 0xffff_ffff,
    lease: {
      address: 0x0a100101 as Ipv4,
      prefixLength: 32,
      serverId: -1 as Ipv4,
      router: ANY,
    },
    renewAt: toInstant(2 ** 53 - 3),
    rebindAt: toInstant(2 ** 53 - 2),
    expiresAt: toInstant(2 ** 53 - 1),
  },
};

describe('a row of a modem at rest', () => {
  test.each([
    { name: 'off', modem: off },
    { name: 'operational, with the largest numbers there are', modem: operational },
    { name: 'forwarding denied', modem: { ...operational, state: 'forwardingDenied' } },
    {
      name: 'a lease without an end',
      modem: {
        ...operational,
        client: { ...operational.client, renewAt: NEVER, rebindAt: NEVER, expiresAt: NEVER },
      },
    },
  ])('keeps all of it: $name', ({ modem }) => {
    const rows = new RestRows(3);
    rows.keep(0, off);
    rows.keep(2, off);
    rows.setMember(1, 77);
    rows.keep(1, modem);
    expect(rows.read(1)).toEqual(modem);
    expect(rows.member(1)).toBe(77);
    expect([rows.read(0), rows.read(2)]).toEqual([off, off]);
    expect(rows.renewAt(1)).toBe(modem.client.renewAt);
  });

  test('of a modem that was switched off, no timer is left', () => {
    const rows = new RestRows(1);
    rows.keep(0, { ...off, client: { ...off.client, renewAt: toInstant(5) } });
    expect(rows.renewAt(0)).toBe(NEVER);
  });
});

function fleet(count: number): ModemFleet {
  return new ModemFleet({
    count,
    profile: modemProfile({ crypto: portableCrypto }),
    mac: (member) => toMac(0x00005e005300 + member),
    key: (member) => member,
  });
}

describe('a fleet', () => {
  test('one object stands for one modem after the other', () => {
    const modems = fleet(2);
    const rows = [modems.begin(1), modems.begin(0)];
    const first = modems.take(rows[0]!);
    expect(first.mac).toBe(0x00005e005301);
    first.powerOn(toInstant(0), new RecordingEffects());
    first.powerOff(toInstant(1), new RecordingEffects());
    modems.giveBack(rows[0]!, first);
    const second = modems.take(rows[1]!);
    expect(second).toBe(first);
    expect([second.mac, second.state, second.drawn]).toEqual([0x00005e005300, 'off', 0]);
  });

  test('two that do something at one time are two', () => {
    const modems = fleet(200);
    const taken = Array.from({ length: 200 }, (_, member) => modems.take(modems.begin(member)));
    expect(taken.map(({ mac }) => mac - 0x00005e005300)).toEqual(taken.map((_, member) => member));
  });

  test('a modem that begins anew after a crash has drawn nothing, and has its row', () => {
    const modems = fleet(1);
    const row = modems.begin(0);
    const modem = modems.take(row);
    modem.powerOn(toInstant(0), new RecordingEffects());
    modem.powerOff(toInstant(1), new RecordingEffects());
    modems.giveBack(row, modem);
    expect(modem.drawn).toBeGreaterThan(0);
    expect(modems.begin(0)).toBe(row);
    expect(modems.take(row).drawn).toBe(0);
  });

  test('what a neighbour is told means nothing to a modem at rest', () => {
    const modems = fleet(1);
    const row = modems.begin(0);
    const reply = new Uint8Array(300).fill(Op.reply, 0, 1);
    expect(modems.isForAnother(row, reply)).toBe(false);
    reply[7] = 1;
    expect(modems.isForAnother(row, reply)).toBe(true);
    expect(modems.isForAnother(row, reply.subarray(0, 20))).toBe(false);
  });
});
