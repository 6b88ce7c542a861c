import { describe, expect, test } from 'vitest';
import { macAt, toMac } from '../../../src/core/address.ts';
import type { Mac } from '../../../src/core/address.ts';
import { CMTS } from '../../../src/core/rules/cmts.ts';
import type { Plain } from '../../../src/core/service.ts';
import { Option } from '../../../src/codec/dhcp/codes.ts';
import { decodeMessage } from '../../../src/codec/dhcp/message.ts';
import { RelaySuboption } from '../../../src/codec/dhcp/option/relay-agent.ts';
import { suboption } from '../../../src/codec/dhcp/option/suboptions.ts';
import { MacType } from '../../../src/codec/docsis/mac-message.ts';
import { CMTS_MAC, CmtsBench, GIADDR, MODEM } from '../../support/cmts-bench.ts';
import { clientMessage, ip, serverMessage } from '../../support/dhcp-builders.ts';

const PC = toMac(0x00005e005301);
const TABLET = toMac(0x00005e005302);
const LODGER = toMac(0x00005e005309);
const PC_ADDRESS = '203.0.113.10';
const behind = new Map([
  [PC, MODEM],
  [TABLET, MODEM],
]);

const FLOWS = { 'upstream-service-flow': { reference: 1 }, 'downstream-service-flow': { reference: 2 } };
const access = (maxCpe: Plain | undefined, networkAccess = true): Plain => ({
  'network-access': networkAccess,
  ...(maxCpe === undefined ? {} : { 'max-cpe': maxCpe }),
  ...FLOWS,
});

/** Its modem has registered with such a configuration. */
function online(config: Plain): CmtsBench {
  const bench = new CmtsBench({ behind }).ranged().addressed().register(config);
  return bench.mac(MacType.registrationAck, [0, 1, 0]);
}

/** Whether a DISCOVER goes on to the server, and why not. */
function asks(bench: CmtsBench, mac: Mac): string {
  bench.effects.take();
  bench.datagram(clientMessage('discover', { mac }), 0);
  return bench.effects.of('send').length === 1 ? 'relayed' : bench.effects.rules().join(' ');
}

/** Option 82.2 of what was relayed last. */
function remoteId(bench: CmtsBench): Mac {
  const relayed = decodeMessage(bench.effects.last('send').octets);
  return macAt(suboption(relayed.option(Option.relayAgent)!, RelaySuboption.remoteId)!, 0);
}

describe('what a modem lets through of the computers behind it', () => {
  test('before it is online: nothing', () => {
    const bench = new CmtsBench({ behind });
    expect(asks(bench, PC)).toBe(CMTS.cpeCutOff.id);
    expect(asks(bench.ranged().addressed(), PC)).toBe(CMTS.cpeCutOff.id);
  });

  test('with network access: all, and the server learns which modem it is', () => {
    const bench = online(access(4));
    expect(asks(bench, PC)).toBe('relayed');
    expect(remoteId(bench)).toBe(MODEM);
  });

  test('without: nothing, and the modem itself goes on', () => {
    const bench = online(access(4, false));
    expect(bench.states.at(-1)).toBe('online(d)');
    expect(asks(bench, PC)).toBe(CMTS.cpeDenied.id);
    expect(asks(bench, MODEM)).toBe('relayed');
  });

  test.each([
    { name: 'one', maxCpe: 1, tablet: CMTS.cpeTooMany.id },
    { name: 'two', maxCpe: 2, tablet: 'relayed' },
    { name: 'not said: one', maxCpe: undefined, tablet: CMTS.cpeTooMany.id },
    { name: '0, which means one', maxCpe: 0, tablet: CMTS.cpeTooMany.id },
  ])('at most $name of them, the first', ({ maxCpe, tablet }) => {
    const bench = online(access(maxCpe));
    expect(asks(bench, PC)).toBe('relayed');
    expect(asks(bench, TABLET)).toBe(tablet);
    expect(asks(bench, PC)).toBe('relayed');
  });

  test('a modem that begins anew has forgotten whom it knew', () => {
    const bench = online(access(1));
    asks(bench, PC);
    bench.ranged().addressed().register(access(1)).mac(MacType.registrationAck, [0, 1, 0]);
    expect(asks(bench, TABLET)).toBe('relayed');
    expect(asks(bench, PC)).toBe(CMTS.cpeTooMany.id);
  });

  test('what stands behind no modem is behind the CMTS, and passes', () => {
    const bench = online(access(1));
    expect(asks(bench, LODGER)).toBe('relayed');
    expect(remoteId(bench)).toBe(CMTS_MAC);
  });

  test('a server’s answer to it does not come through to one whose modem is gone', () => {
    const bench = online(access(1));
    asks(bench, PC);
    bench.ranged().effects.take();
    const request = clientMessage('request', { mac: PC, giaddr: GIADDR });
    bench.datagram(serverMessage('ack', request, { yiaddr: ip(PC_ADDRESS) }), 1);
    expect(bench.effects.words()).toEqual([`because ${CMTS.cpeCutOff.id}`]);
  });

  test('routed datagrams, both ways', () => {
    const bench = online(access(1)).addressed(PC, ip(PC_ADDRESS));
    expect(bench.transit(PC_ADDRESS, '10.0.0.53', 53, 0, PC)).toBe(true);
    expect(bench.transit('10.0.0.53', PC_ADDRESS, 1024, 1)).toBe(true);
    bench.ranged();
    expect(bench.transit(PC_ADDRESS, '10.0.0.53', 53, 0, PC)).toBe(false);
    expect(bench.transit('10.0.0.53', PC_ADDRESS, 1024, 1)).toBe(false);
    expect(bench.effects.rules()).toEqual([CMTS.cpeCutOff.id]);
  });

  test('a reload may connect other computers; who stays has its place', () => {
    const bench = online(access(1));
    asks(bench, PC);
    const same = new CmtsBench({ behind });
    same.service.succeed(bench.service);
    expect(asks(same, TABLET)).toBe(CMTS.cpeTooMany.id);
    const other = new CmtsBench({ behind: new Map([[LODGER, MODEM]]) });
    other.service.succeed(same.service);
    expect(asks(other, LODGER)).toBe('relayed');
    expect(asks(other, PC)).toBe('relayed');
    expect(remoteId(other)).toBe(CMTS_MAC);
  });
});
