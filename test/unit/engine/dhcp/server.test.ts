import { beforeEach, describe, expect, it, test } from 'vitest';
import { formatEndpoint } from '../../../../src/core/address.ts';
import { DHCP } from '../../../../src/core/rules/dhcp.ts';
import type { Row } from '../../../../src/core/service.ts';
import { SECOND } from '../../../../src/core/time.ts';
import { ip, ipOption, option } from '../../../support/dhcp-builders.ts';
import { hex } from '../../../support/hex.ts';
import {
  OTHER_MAC,
  DAY,
  server,
  effects,
  now,
  make,
  hear,
  settle,
  reply,
  optionOf,
  isSilent,
  rule,
  later,
  selecting,
  bind,
} from '../../../support/dhcp-server.ts';

beforeEach(() => make());

describe('REQUEST in SELECTING', () => {
  it('is persisted before it is acknowledged', () => {
    hear('discover');
    hear('request', selecting('10.9.16.1'));
    expect(effects.words()).toEqual([
      'persist',
      `because ${DHCP.ack.id}`,
      'send 10.9.0.1:67',
      'measure dhcp.leases.active 1',
    ]);
    expect(effects.last('persist').rows).toEqual([
      {
        table: 'lease',
        key: '10.9.16.1',
        value: {
          state: 'bound',
          client: '0100101800000101',
          mac: '00:10:18:00:00:01',
          expires: 1000 + DAY,
          relayAgent: '',
        },
      },
    ]);
    expect(reply()).toMatchObject({ type: 'ACK', yiaddr: '10.9.16.1', siaddr: '10.0.0.69' });
  });

  it('repeated before the disk has it: no second write, no second ACK before the first is durable', () => {
    hear('discover');
    hear('request', selecting('10.9.16.1'));
    const { ticket } = effects.last('persist');
    hear('request', { xid: 0x99, ...selecting('10.9.16.1') });
    expect(effects.words()).toEqual([`because ${DHCP.joined.id}`]);
    server.settled({ kind: 'settled', ticket, outcome: 'durable' }, now, effects);
    expect(reply()).toMatchObject({ type: 'ACK', xid: '00000099', yiaddr: '10.9.16.1' });
  });

  it('a disk that fails: silence, and the offer is as it was', () => {
    hear('discover');
    hear('request', selecting('10.9.16.1'));
    settle('failed');
    expect(effects.words()).toEqual([`because ${DHCP.notDurable.id}`, 'measure dhcp.leases.active 0']);
    hear('request', selecting('10.9.16.1'));
    expect(reply().type).toBe('ACK');
  });

  it('a disk that fails when the last lease has ended: the address is free', () => {
    const address = bind();
    later(DAY - 1);
    hear('request', { ciaddr: ip(address) });
    later(2);
    settle('failed');
    expect(server.leases()).toMatchObject([{ address, state: 'free' }]);
  });

  it('a conflict: NAK, and another address next time', () => {
    hear('discover');
    hear('request', selecting('10.9.16.1'));
    settle('conflict');
    expect(reply()).toMatchObject({ type: 'NAK', broadcast: true });
    hear('discover');
    expect(reply().yiaddr).toBe('10.9.16.2');
  });

  it('for another server: the offer is taken back, silently', () => {
    hear('discover');
    hear('request', selecting('10.9.16.1', '10.0.0.99'));
    expect([isSilent(), rule()]).toEqual([true, DHCP.otherServer.id]);
    hear('request', { mac: OTHER_MAC, ...selecting('10.9.16.1') });
    expect(reply().type).toBe('ACK');
  });

  it('an address that another client has: NAK, without any configuration', () => {
    bind({ mac: OTHER_MAC });
    hear('request', selecting('10.9.16.1'));
    expect(rule()).toBe(DHCP.nakNotOffered.id);
    expect(reply()).toMatchObject({
      type: 'NAK',
      yiaddr: '0.0.0.0',
      siaddr: '0.0.0.0',
      file: '',
      broadcast: true,
    });
    expect(reply().options.map(({ code }) => code)).toEqual([53, 54, 56]);
  });

  it('82.11 stands for our identifier (RFC 5107 §4)', () => {
    const override = option(82, 11, 4, 10, 9, 0, 1);
    hear('discover', { options: [override] });
    expect(optionOf(54)).toBe('10.9.0.1');
    hear('request', { options: [override, ipOption(50, '10.9.16.1'), ipOption(54, '10.9.0.1')] });
    expect(reply().type).toBe('ACK');
  });
});

describe('REQUEST in INIT-REBOOT', () => {
  test.each([
    { name: 'the right address: ACK', known: true, address: '10.9.16.1', type: 'ACK', rule: DHCP.ack.id },
    {
      name: 'a wrong address: NAK',
      known: true,
      address: '10.9.16.2',
      type: 'NAK',
      rule: DHCP.nakWrongAddress.id,
    },
    {
      name: 'a wrong network: NAK',
      known: false,
      address: '192.0.2.1',
      type: 'NAK',
      rule: DHCP.nakWrongNetwork.id,
    },
    {
      name: 'no record: silence',
      known: false,
      address: '10.9.16.1',
      type: undefined,
      rule: DHCP.silentUnknown.id,
    },
    {
      name: 'no record, authoritative: NAK',
      known: false,
      authoritative: true,
      address: '10.9.16.1',
      type: 'NAK',
      rule: DHCP.nakAuthoritative.id,
    },
  ])('$name', ({ known, authoritative, address, type, rule: expected }) => {
    make([{}], { isAuthoritative: authoritative ?? false });
    if (known) bind();
    hear('request', { options: [ipOption(50, address)] });
    expect([isSilent() ? undefined : reply().type, rule()]).toEqual([type, expected]);
  });
});

describe('REQUEST in RENEWING and REBINDING', () => {
  it('RENEWING is answered at ciaddr, REBINDING through the relay', () => {
    const address = bind();
    later(DAY / 2);
    hear('request', { giaddr: ip('0.0.0.0'), ciaddr: ip(address) });
    expect(formatEndpoint(effects.last('send').to)).toBe('10.9.16.1:68');
    expect(reply()).toMatchObject({ type: 'ACK', ciaddr: address, yiaddr: address });
    expect(rule()).toBe(DHCP.ackExtended.id);
    settle();
    hear('request', { ciaddr: ip(address) });
    expect(formatEndpoint(effects.last('send').to)).toBe('10.9.0.1:67');
  });

  it('never shortens what it promised', () => {
    const octets = hex('0002a300'); // 2 days
    const address = bind({ options: [{ code: 51, octets }] });
    later(60);
    hear('request', { ciaddr: ip(address) });
    expect(optionOf(51)).toBe(2 * DAY - 60);
  });

  it('without 50 and without ciaddr: silence, or what it knows when the switch says so', () => {
    bind();
    hear('request');
    expect([isSilent(), rule()]).toEqual([true, DHCP.noData.id]);
    make([{}], { acksWithoutRequestData: true });
    bind();
    hear('request');
    expect([reply().type, rule()]).toEqual(['ACK', DHCP.ackNoData.id]);
  });
});

describe('RELEASE, DECLINE, INFORM', () => {
  const named = { options: [ipOption(54, '10.0.0.67')] };

  it('RELEASE frees the address on the disk too and is not answered', () => {
    const address = bind();
    hear('release', { ciaddr: ip(address), ...named });
    expect(effects.words()).toEqual([
      `because ${DHCP.released.id}`,
      'persist',
      'measure dhcp.leases.active 0',
    ]);
    expect(effects.last('persist').rows[0]!.value).toMatchObject({
      state: 'free',
      client: '0100101800000101',
      expires: null,
    });
  });

  test.each([
    { name: 'of a neighbour', fields: { mac: OTHER_MAC, ...named }, because: DHCP.notHolder },
    { name: 'to another server', fields: { options: [ipOption(54, '10.0.0.99')] }, because: DHCP.notHolder },
    { name: 'to nobody', fields: {}, because: DHCP.noServerId },
  ])('RELEASE $name changes nothing', ({ fields, because }) => {
    const address = bind();
    hear('release', { ciaddr: ip(address), ...fields });
    expect(effects.words()).toEqual([`because ${because.id}`]);
  });

  it('DECLINE sets the address aside for a day', () => {
    const address = bind();
    hear('decline', { options: [ipOption(50, address), ipOption(54, '10.0.0.67')] });
    expect(effects.last('persist').rows[0]!.value).toMatchObject({ state: 'declined' });
    hear('discover', { options: [ipOption(50, address)] });
    expect(reply().yiaddr).not.toBe(address);
    later(DAY + 1);
    server.wake(now, effects);
    hear('discover', { mac: OTHER_MAC, options: [ipOption(50, address)] });
    expect(reply().yiaddr).toBe(address);
  });

  it('INFORM gets parameters at ciaddr, no address, no lease', () => {
    hear('inform', { giaddr: ip('0.0.0.0'), ciaddr: ip('10.9.20.1'), options: [option(55, 4, 51)] });
    expect(reply()).toMatchObject({ type: 'ACK', yiaddr: '0.0.0.0', ciaddr: '10.9.20.1' });
    expect([optionOf(4), optionOf(51), optionOf(58)]).toEqual([['10.0.0.37'], undefined, undefined]);
    expect(formatEndpoint(effects.last('send').to)).toBe('10.9.20.1:68');
    expect(effects.of('persist')).toHaveLength(0);
  });
});

describe('time and the disk', () => {
  it('a lease ends, and the timer is asked for no sooner', () => {
    bind();
    expect(server.deadline()).toBeLessThanOrEqual(now + DAY * SECOND);
    later(DAY - 1);
    server.wake(now, effects);
    expect(effects.rules()).not.toContain(DHCP.expired.id);
    later(1);
    server.wake(now, effects);
    expect(effects.rules()).toContain(DHCP.expired.id);
    expect(effects.last('measure').value).toBe(0);
    expect(server.deadline()).toBeGreaterThan(now);
  });

  it('rows of an earlier life are leases again', () => {
    const address = bind({ options: [option(82, 1, 1, 7)] });
    hear('request', { ciaddr: ip(address) });
    const rows: readonly Row[] = effects.last('persist').rows;
    make();
    for (const row of rows) server.restored({ ...row }, now, effects);
    hear('request', { options: [ipOption(50, address)] });
    expect([reply().type, reply().yiaddr]).toEqual(['ACK', address]);
    hear('discover', { mac: OTHER_MAC });
    expect(reply().yiaddr).not.toBe(address);
    expect(server.leases()).toMatchObject([
      { address, state: 'bound', relayAgent: '010107' },
      { state: 'offered' },
    ]);
  });

  test.each<{ name: string; row: Row }>([
    {
      name: 'of a subnet no longer in the file',
      row: { table: 'lease', key: '172.16.0.1', value: { state: 'bound' } },
    },
    { name: 'that is not ours', row: { table: 'zone', key: '10.9.16.1', value: {} } },
    {
      name: 'that is broken',
      row: { table: 'lease', key: '10.9.16.1', value: { state: 'bound', client: 'xyz' } },
    },
  ])('a row $name is let be', ({ row }) => {
    server.restored(row, now, effects);
    expect(server.leases()).toEqual([]);
  });
});
