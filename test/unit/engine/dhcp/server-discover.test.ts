import { beforeEach, describe, expect, it, test } from 'vitest';
import { formatEndpoint, parsePrefix, toMac } from '../../../../src/core/address.ts';
import { DHCP } from '../../../../src/core/rules/dhcp.ts';
import type { DhcpSubnetOptions } from '../../../../src/engine/dhcp/options.ts';
import { CLIENT_MAC, ip, ipOption, mac, option, textOption } from '../../../support/dhcp-builders.ts';
import { hex } from '../../../support/hex.ts';
import type { Fields } from '../../../support/dhcp-server.ts';
import {
  GOLD,
  RELAY,
  OTHER_MAC,
  DAY,
  server,
  effects,
  now,
  make,
  via,
  hear,
  reply,
  optionOf,
  isSilent,
  rule,
  later,
  bind,
  selecting,
  settle,
} from '../../../support/dhcp-server.ts';

beforeEach(() => make());

/** DISCOVERs under invented hardware addresses. */
const flood = (count: number): void => {
  for (let index = 0; index < count; index++) hear('discover', { mac: toMac(0x02_00_00_00_00_00 + index) });
};

describe('DISCOVER', () => {
  it('is answered by an OFFER to the relay, with all that the file says', () => {
    hear('discover', { options: [option(55, 1, 3, 4, 66, 67, 150)] });
    expect(reply()).toMatchObject({
      type: 'OFFER',
      yiaddr: '10.9.16.1',
      siaddr: '10.0.0.69',
      giaddr: '10.9.0.1',
      ciaddr: '0.0.0.0',
      file: 'gold.cfg',
      hops: 0,
      secs: 0,
    });
    expect(formatEndpoint(effects.last('send').to)).toBe('10.9.0.1:67');
    expect(reply().options).toEqual([
      { code: 53, name: 'dhcp-message-type', value: 'OFFER' },
      { code: 54, name: 'server-identifier', value: '10.0.0.67' },
      { code: 51, name: 'ip-address-lease-time', value: 86400 },
      { code: 58, name: 'renewal-time', value: 43200 },
      { code: 59, name: 'rebinding-time', value: 75600 },
      { code: 1, name: 'subnet-mask', value: '255.255.192.0' },
      { code: 3, name: 'routers', value: ['10.9.0.1'] },
      { code: 4, name: 'time-servers', value: ['10.0.0.37'] },
      { code: 66, name: 'tftp-server-name', value: '10.0.0.69' },
      { code: 67, name: 'bootfile-name', value: 'gold.cfg' },
      { code: 150, name: 'tftp-server-address', value: ['10.0.0.69'] },
    ]);
    expect(effects.of('persist')).toHaveLength(0);
  });

  it('again gets the same address while the offer is held', () => {
    hear('discover');
    hear('discover');
    expect([reply().yiaddr, rule()]).toEqual(['10.9.16.1', DHCP.offerCurrent.id]);
    hear('discover', { mac: OTHER_MAC });
    expect([reply().yiaddr, rule()]).toEqual(['10.9.16.2', DHCP.offerFresh.id]);
  });

  it('asks by option 50 for a free address of the pool', () => {
    hear('discover', { options: [ipOption(50, '10.9.16.3')] });
    expect([reply().yiaddr, rule()]).toEqual(['10.9.16.3', DHCP.offerRequested.id]);
    hear('discover', { mac: OTHER_MAC, options: [ipOption(50, '10.9.20.1')] });
    expect([reply().yiaddr, rule()]).toEqual(['10.9.16.1', DHCP.offerFresh.id]);
  });

  it('a client that comes back gets the address it had', () => {
    bind({ mac: OTHER_MAC });
    const mine = bind();
    hear('release', { giaddr: ip('0.0.0.0'), ciaddr: ip(mine), options: [ipOption(54, '10.0.0.67')] });
    hear('discover');
    expect([reply().yiaddr, rule()]).toEqual([mine, DHCP.offerPrevious.id]);
  });

  it('an empty pool is silence; the address free the longest is given first', () => {
    const macs = [1, 2, 3].map((n) => mac(`00:00:00:00:00:0${n}`));
    const addresses = macs.map((each) => bind({ mac: each }));
    hear('discover', { mac: OTHER_MAC });
    expect([isSilent(), rule()]).toEqual([true, DHCP.poolEmpty.id]);
    for (const index of [1, 0])
      hear('release', {
        mac: macs[index]!,
        ciaddr: ip(addresses[index]!),
        options: [ipOption(54, '10.0.0.67')],
      });
    hear('discover', { mac: OTHER_MAC });
    expect(reply().yiaddr).toBe(addresses[1]);
  });

  it('an offer not taken is free again after its time', () => {
    make([{ ranges: [{ first: ip('10.9.16.1'), last: ip('10.9.16.1') }] }]);
    hear('discover');
    later(120);
    server.wake(now, effects);
    hear('discover', { mac: OTHER_MAC });
    expect([reply().yiaddr, rule()]).toEqual(['10.9.16.1', DHCP.offerFresh.id]);
  });

  describe('DISCOVERs under invented hardware addresses do not empty a pool', () => {
    it('an offer that nobody asks for goes to the next client when no address is free', () => {
      flood(3);
      later(0.25);
      hear('discover', { mac: OTHER_MAC });
      expect(rule()).toBe(DHCP.poolEmpty.id);
      later(0.001);
      hear('discover', { mac: OTHER_MAC });
      expect([reply().yiaddr, rule()]).toEqual(['10.9.16.1', DHCP.offerTakenBack.id]);
      hear('request', { mac: OTHER_MAC, ...selecting('10.9.16.1') });
      settle();
      expect(server.pools()).toMatchObject([{ bound: 1, offered: 2 }]);
    });

    it('the one that has waited longest goes first; one that was asked about again has not', () => {
      flood(3);
      later(0.2);
      hear('discover', { mac: toMac(0x02_00_00_00_00_00) });
      later(0.2);
      hear('discover', { mac: OTHER_MAC });
      expect([reply().yiaddr, rule()]).toEqual(['10.9.16.2', DHCP.offerTakenBack.id]);
    });

    it('whoever asks for what was taken back from it is told NAK, and begins anew', () => {
      flood(3);
      later(1);
      hear('discover', { mac: OTHER_MAC });
      hear('request', { mac: toMac(0x02_00_00_00_00_00), ...selecting('10.9.16.1') });
      expect([reply().type, rule()]).toEqual(['NAK', DHCP.nakNotOffered.id]);
    });

    it('leases and reservations are never taken back', () => {
      make([
        {
          ranges: [{ first: ip('10.9.16.1'), last: ip('10.9.16.1') }],
          reservations: [
            {
              by: { kind: 'mac', mac: CLIENT_MAC },
              address: ip('10.9.16.9'),
              hostName: undefined,
              provision: undefined,
            },
          ],
        },
      ]);
      bind({ mac: toMac(0x02_00_00_00_00_00) });
      hear('discover', { mac: CLIENT_MAC });
      later(60);
      hear('discover', { mac: OTHER_MAC });
      expect([isSilent(), rule()]).toEqual([true, DHCP.poolEmpty.id]);
    });
  });

  test.each([
    { name: 'the default', asked: undefined, seconds: DAY },
    { name: 'what the client asks', asked: 3600, seconds: 3600 },
    { name: 'at least the minimum', asked: 1, seconds: 60 },
    { name: 'at most the maximum', asked: 0xffffffff, seconds: 2 * DAY },
  ])('lease time: $name', ({ asked, seconds }) => {
    const octets = new Uint8Array(4);
    new DataView(octets.buffer).setUint32(0, asked ?? 0);
    hear('discover', { options: asked === undefined ? [] : [{ code: 51, octets }] });
    expect(optionOf(51)).toBe(seconds);
  });

  it('61 and 82 come back as they came, 82 last', () => {
    hear('discover', { options: [option(82, 1, 2, 7, 7), option(61, 1, 2, 3)] });
    expect(
      reply()
        .options.slice(-2)
        .map(({ code, value }) => [code, value]),
    ).toEqual([
      [61, '01:02:03'],
      [82, { 'circuit-id': '0707' }],
    ]);
  });

  it('125.2 is sent to who asks for it in 125.1', () => {
    hear('discover', { options: [{ code: 125, octets: hex('0000118b 03 01 01 02') }] });
    expect(optionOf(125)).toEqual({ 4491: { 'tftp-servers': ['10.0.0.69'] } });
    hear('discover');
    expect(optionOf(125)).toBeUndefined();
  });

  it('siaddr: none leaves siaddr at zero and keeps option 66', () => {
    make([{ provisions: [{ provision: { ...GOLD, siaddr: 'none' } }] }]);
    hear('discover');
    expect([reply().siaddr, reply().file, optionOf(66)]).toEqual(['0.0.0.0', 'gold.cfg', '10.0.0.69']);
  });
});

const asking = (seconds: number) => ({
  options: [{ code: 51, octets: hex(seconds.toString(16).padStart(8, '0')) }],
});

describe('T1 and T2', () => {
  const lease = { defaultSeconds: 100, minSeconds: 10, maxSeconds: 1000 };

  it.each([
    { name: 'half and seven eighths: RFC 2131 §4.4.5', bounds: {}, asked: 100, is: [50, 87] },
    { name: 'as the file says', bounds: { renewSeconds: 4, rebindSeconds: 9 }, asked: 100, is: [4, 9] },
    { name: 'T1 alone', bounds: { renewSeconds: 4 }, asked: 100, is: [4, 87] },
    { name: 'T2 alone draws T1 before it', bounds: { rebindSeconds: 21 }, asked: 100, is: [12, 21] },
    { name: 'T2 alone, late', bounds: { rebindSeconds: 99 }, asked: 100, is: [50, 99] },
    {
      name: 'of a lease too short for them',
      bounds: { renewSeconds: 50, rebindSeconds: 90 },
      asked: 40,
      is: [20, 35],
    },
    {
      name: 'of one too short for T2 only',
      bounds: { renewSeconds: 30, rebindSeconds: 90 },
      asked: 40,
      is: [30, 35],
    },
  ])('$name', ({ bounds, asked, is }) => {
    make([{ lease: { ...lease, ...bounds } }]);
    hear('discover', asking(asked));
    expect([optionOf(58), optionOf(59)]).toEqual(is);
  });
});

describe('which subnet', () => {
  const shared: Partial<DhcpSubnetOptions>[] = [
    { vendorClass: 'docsis*', member: 'modem' },
    {
      subnet: parsePrefix('198.51.100.0/24')!,
      relays: [RELAY],
      ranges: [{ first: ip('198.51.100.10'), last: ip('198.51.100.19') }],
      member: 'cpe',
    },
    { subnet: parsePrefix('192.0.2.0/24')!, ranges: [{ first: ip('192.0.2.10'), last: ip('192.0.2.19') }] },
  ];
  const remote = option(82, 2, 6, 0x00, 0x10, 0x18, 0x00, 0x00, 0x01);

  test.each<{ name: string; fields: Fields; address: string | undefined; rule?: string }>([
    {
      name: 'the modem itself',
      fields: { options: [textOption(60, 'docsis3.1:'), remote] },
      address: '10.9.16.1',
    },
    {
      name: 'a computer behind the modem',
      fields: { mac: OTHER_MAC, options: [remote] },
      address: '198.51.100.10',
    },
    {
      name: 'a modem without its class',
      fields: { options: [remote] },
      address: undefined,
      rule: DHCP.noSubnetForClass.id,
    },
    {
      name: 'by link selection 82.5, before giaddr',
      fields: { options: [option(82, 5, 4, 192, 0, 2, 0)] },
      address: '192.0.2.10',
    },
    {
      name: 'by subnet selection 118',
      fields: { options: [ipOption(118, '192.0.2.0')] },
      address: '192.0.2.10',
    },
    {
      name: 'an unknown relay',
      fields: { giaddr: ip('10.77.0.1') },
      address: undefined,
      rule: DHCP.unknownLink.id,
    },
  ])('$name', ({ fields, address, rule: expected }) => {
    make(shared);
    hear('discover', fields);
    expect(isSilent() ? undefined : reply().yiaddr).toBe(address);
    if (expected !== undefined) expect(rule()).toBe(expected);
  });

  it('a direct client: by the address of the interface', () => {
    make([{}], { addresses: [ip('10.9.0.2')] });
    hear('discover', { giaddr: ip('0.0.0.0') }, { ...via, to: ip('255.255.255.255') });
    expect(reply().yiaddr).toBe('10.9.16.1');
    expect(optionOf(54)).toBe('10.9.0.2');
    expect(effects.last('send').to).toMatchObject({
      address: ip('10.9.16.1'),
      port: 68,
      hardware: CLIENT_MAC,
      via: 0,
    });
  });

  it('a modem that renews past the relay is known by the option 82 of its last request', () => {
    make(shared);
    const address = bind({ options: [textOption(60, 'docsis3.1:'), remote] });
    hear('request', { giaddr: ip('0.0.0.0'), ciaddr: ip(address), options: [textOption(60, 'docsis3.1:')] });
    expect([reply().type, reply().yiaddr]).toEqual(['ACK', address]);
    expect(formatEndpoint(effects.last('send').to)).toBe('10.9.16.1:68');
    expect(optionOf(82)).toBeUndefined();
  });
});

function reserve(by: DhcpSubnetOptions['reservations'][number]['by']): void {
  make([{ reservations: [{ by, address: ip('10.9.16.1'), hostName: 'gold', provision: undefined }] }]);
}

describe('reservations', () => {
  test.each<{ name: string; by: Parameters<typeof reserve>[0]; fields: Fields }>([
    { name: 'by hardware address', by: { kind: 'mac', mac: CLIENT_MAC }, fields: {} },
    {
      name: 'by option 61',
      by: { kind: 'client-id', octets: hex('0102') },
      fields: { options: [option(61, 1, 2)] },
    },
    {
      name: 'by option 82.2',
      by: { kind: 'remote-id', octets: hex('0909') },
      fields: { options: [option(82, 2, 2, 9, 9)] },
    },
  ])('$name', ({ by, fields }) => {
    reserve(by);
    hear('discover', { mac: mac('00:00:00:00:00:09') });
    expect(reply().yiaddr).toBe('10.9.16.2');
    hear('discover', fields);
    expect([reply().yiaddr, rule(), optionOf(12)]).toEqual(['10.9.16.1', DHCP.offerReserved.id, 'gold']);
    expect(bind(fields)).toBe('10.9.16.1');
  });

  it('BOOTP is answered only out of them, without 53, 54 and 51', () => {
    reserve({ kind: 'mac', mac: CLIENT_MAC });
    hear('bootp');
    expect([reply().type, reply().yiaddr]).toEqual(['BOOTREPLY', '10.9.16.1']);
    expect([optionOf(53), optionOf(54), optionOf(51)]).toEqual([undefined, undefined, undefined]);
    hear('bootp', { mac: OTHER_MAC });
    expect([isSilent(), rule()]).toEqual([true, DHCP.bootpUnknown.id]);
  });
});
