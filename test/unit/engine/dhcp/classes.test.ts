import { describe, expect, it } from 'vitest';
import { DHCP } from '../../../../src/core/rules/dhcp.ts';
import type { DhcpClassOptions } from '../../../../src/engine/dhcp/options.ts';
import type { ClientCondition } from '../../../../src/policy/address/client-test.ts';
import { CLIENT_MAC, ip, mac, option, textOption } from '../../../support/dhcp-builders.ts';
import { hex } from '../../../support/hex.ts';
import {
  GOLD,
  bind,
  effects,
  hear,
  isSilent,
  later,
  make,
  optionOf,
  reply,
  rule,
} from '../../../support/dhcp-server.ts';

const sends = (code: number, glob: string): ClientCondition => ({
  kind: 'option',
  code,
  match: { kind: 'glob', glob },
});
const boots = (file: string) => ({ server: ip('10.0.0.70'), file, siaddr: ip('10.0.0.70') });

const IPXE: DhcpClassOptions = {
  name: 'ipxe',
  test: { when: [[sends(77, 'iPXE')]], unless: [] },
  provision: boots('boot.ipxe'),
  options: [textOption(15, 'ipxe.example')],
};
const PXE: DhcpClassOptions = {
  name: 'pxe',
  test: { when: [[sends(60, 'PXEClient*')]], unless: [] },
  provision: boots('undionly.kpxe'),
  options: [textOption(15, 'pxe.example'), textOption(17, '/pxe')],
};
const ASKS = option(55, 3, 15, 17, 66, 67);

describe('a class of clients is told something of its own', () => {
  it.each([
    {
      name: 'of none: as the subnet says',
      sends: [],
      is: ['gold.cfg', '10.0.0.69', 'lab.example', undefined],
    },
    {
      name: 'of one',
      sends: [textOption(60, 'PXEClient:Arch:00000')],
      is: ['undionly.kpxe', '10.0.0.70', 'pxe.example', '/pxe'],
    },
    {
      name: 'of both: the first goes before, and the second says what the first does not',
      sends: [textOption(60, 'PXEClient:Arch:00000'), textOption(77, 'iPXE')],
      is: ['boot.ipxe', '10.0.0.70', 'ipxe.example', '/pxe'],
    },
  ])('$name', ({ sends: sent, is }) => {
    make([{ classes: [IPXE, PXE], options: [textOption(15, 'lab.example')] }]);
    hear('discover', { options: [ASKS, ...sent] });
    expect([reply().file, reply().siaddr, optionOf(15), optionOf(17)]).toEqual(is);
    expect(optionOf(67)).toBe(is[0]);
  });

  it('says which', () => {
    make([{ classes: [IPXE, PXE] }]);
    hear('discover', { options: [textOption(77, 'iPXE')] });
    expect(rule()).toBe(DHCP.forClass.id);
    expect(effects.of('because').at(-1)?.detail).toBe('ipxe');
  });

  it('also without option 55', () => {
    make([{ classes: [PXE], options: [textOption(15, 'lab.example')] }]);
    hear('discover', { options: [textOption(60, 'PXEClient')] });
    expect([optionOf(15), optionOf(17), optionOf(66), optionOf(67)]).toEqual([
      'pxe.example',
      '/pxe',
      '10.0.0.70',
      'undionly.kpxe',
    ]);
  });

  it('a router of its own goes before the subnet’s', () => {
    make([{ classes: [{ ...PXE, options: [{ code: 3, octets: hex('0a0900fe') }] }] }]);
    hear('discover', { options: [textOption(60, 'PXEClient')] });
    expect(optionOf(3)).toEqual(['10.9.0.254']);
  });

  it('a reservation goes before its classes', () => {
    const reservation = {
      by: { kind: 'mac' as const, mac: CLIENT_MAC },
      address: ip('10.9.16.9'),
      hostName: 'mine',
      provision: { ...GOLD, file: 'mine.cfg' },
      options: [textOption(15, 'mine.example')],
    };
    make([{ classes: [PXE], reservations: [reservation] }]);
    hear('discover', { options: [ASKS, textOption(60, 'PXEClient')] });
    expect([reply().yiaddr, reply().file, optionOf(12), optionOf(15), optionOf(17)]).toEqual([
      '10.9.16.9',
      'mine.cfg',
      'mine',
      'mine.example',
      '/pxe',
    ]);
  });
});

describe('a subnet for some', () => {
  const modems = { when: [[sends(60, 'docsis*')]], unless: [] };
  const others = { when: [], unless: [[sends(60, 'docsis*')]] };

  it('a modem has the pool of modems, and all others the other one', () => {
    make([{ test: modems }, { test: others, ranges: [{ first: ip('10.9.17.1'), last: ip('10.9.17.1') }] }]);
    expect(bind({ options: [textOption(60, 'docsis3.1:')] })).toBe('10.9.16.1');
    const other = mac('00:10:18:00:00:02');
    expect(bind({ mac: other })).toBe('10.9.17.1');
    later(1);
    hear('discover', { mac: mac('00:10:18:00:00:03') });
    expect([isSilent(), rule()]).toEqual([true, DHCP.poolEmpty.id]);
  });

  it('by what a relay said, also of a client that renews without one', () => {
    const test = {
      when: [
        [{ kind: 'relay', code: 1, match: { kind: 'octets', octets: hex('07'), at: 'whole' } } as const],
      ],
      unless: [],
    };
    make([{ test }]);
    const address = bind({ options: [{ code: 82, octets: hex('010107') }] });
    hear('request', { giaddr: ip('0.0.0.0'), ciaddr: ip(address) });
    expect(reply().type).toBe('ACK');
    hear('discover', { mac: mac('00:10:18:00:00:02'), options: [{ code: 82, octets: hex('010108') }] });
    expect([isSilent(), rule()]).toEqual([true, DHCP.noSubnetForClass.id]);
  });
});

describe('two pools of one network', () => {
  const pools = [
    { test: { when: [[sends(60, 'docsis*')]], unless: [] } },
    { ranges: [{ first: ip('10.9.17.1'), last: ip('10.9.17.2') }], reservations: [] },
  ];

  it('an address of the second is confirmed to who may have both', () => {
    make([{ ranges: [] }, ...pools.slice(1)]);
    expect(bind()).toBe('10.9.17.1');
  });

  it('a reservation beside the first is not given out of the second', () => {
    const by = { kind: 'mac' as const, mac: mac('00:10:18:00:00:09') };
    const reserved = { by, address: ip('10.9.17.1'), hostName: undefined, provision: undefined };
    make([{ ranges: [], reservations: [reserved] }, ...pools.slice(1)]);
    expect(bind()).toBe('10.9.17.2');
    expect(bind({ mac: mac('00:10:18:00:00:09') })).toBe('10.9.17.1');
  });
});
