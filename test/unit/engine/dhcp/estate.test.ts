import { describe, expect, test } from 'vitest';
import { parsePrefix } from '../../../../src/core/address.ts';
import { DHCP } from '../../../../src/core/rules/dhcp.ts';
import type { Row } from '../../../../src/core/service.ts';
import { ip } from '../../../support/dhcp-builders.ts';
import * as dhcp from '../../../support/dhcp-server.ts';
import {
  OTHER_MAC,
  SUBNET,
  bind,
  hear,
  later,
  make,
  reply,
  rule,
  selecting,
  settle,
} from '../../../support/dhcp-server.ts';

const POOL = { ranges: [{ first: ip('10.9.16.2'), last: ip('10.9.16.3') }] };
/** A subnet in which none of the leases lie. */
const ELSEWHERE = {
  subnet: parsePrefix('10.8.0.0/24')!,
  ranges: [{ first: ip('10.8.0.10'), last: ip('10.8.0.11') }],
  relays: [dhcp.RELAY],
  routers: [],
};
const renew = { giaddr: ip('0.0.0.0'), ciaddr: ip('10.9.16.1') };
const unicast = { ...dhcp.via, fromPort: 68 };
const states = () =>
  (dhcp.server.leases() as { address: string; state: string }[]).map((row) => `${row.address} ${row.state}`);

describe('a server that takes over', () => {
  test('renews what its predecessor gave, with its own options', () => {
    make();
    expect(bind()).toBe('10.9.16.1');
    dhcp.succeed([{ lease: { defaultSeconds: 600, minSeconds: 60, maxSeconds: 600 } }]);
    later(dhcp.DAY - 60);
    hear('request', renew, unicast);
    expect([reply().type, dhcp.optionOf(51)]).toEqual(['ACK', 600]);
  });

  test('confirms an offer of its predecessor, and offers that address to nobody else', () => {
    make();
    hear('discover');
    dhcp.succeed([{}]);
    hear('discover', { mac: OTHER_MAC });
    expect(reply().yiaddr).toBe('10.9.16.2');
    hear('request', selecting('10.9.16.1'));
    expect([reply().type, reply().yiaddr]).toEqual(['ACK', '10.9.16.1']);
  });

  test('refuses the renewal of an address that is in no pool any more; until then it is kept', () => {
    make();
    bind();
    dhcp.succeed([POOL]);
    expect(states()).toEqual(['10.9.16.1 bound']);
    hear('request', renew, unicast);
    expect([reply().type, rule()]).toEqual(['NAK', DHCP.nakWrongAddress.id]);
    hear('discover', { mac: OTHER_MAC });
    expect(reply().yiaddr).toBe('10.9.16.2');
  });

  test('a lease ends when it would have', () => {
    make();
    bind();
    dhcp.succeed([{}]);
    later(dhcp.DAY + 1);
    dhcp.server.wake(dhcp.now, dhcp.effects);
    expect(states()).toEqual(['10.9.16.1 free']);
  });

  test('a subnet that goes and comes back has its leases, also those of an older life', () => {
    make();
    const row: Row = {
      table: 'lease',
      key: '10.9.16.3',
      value: {
        state: 'bound',
        client: '01001018000002',
        mac: '00:10:18:00:00:02',
        expires: null,
        relayAgent: '',
      },
    };
    dhcp.server.restored(row, dhcp.now, dhcp.effects);
    bind();
    dhcp.succeed([ELSEWHERE]);
    expect(states()).toEqual([]);
    dhcp.succeed([ELSEWHERE, {}]);
    expect(states()).toEqual(['10.9.16.1 bound', '10.9.16.3 bound']);
  });

  test('rows of the disk outside of all subnets wait for theirs', () => {
    make([ELSEWHERE]);
    const row: Row = {
      table: 'lease',
      key: '10.9.16.3',
      value: {
        state: 'bound',
        client: '01001018000002',
        mac: '00:10:18:00:00:02',
        expires: null,
        relayAgent: '',
      },
    };
    dhcp.server.restored(row, dhcp.now, dhcp.effects);
    dhcp.succeed([{}]);
    expect(states()).toEqual(['10.9.16.3 bound']);
  });
});

/** A REQUEST whose lease is on its way to the disk; gives what ends it. */
const ask = () => {
  make();
  hear('discover');
  hear('request', selecting('10.9.16.1'));
  const { ticket } = dhcp.effects.last('persist');
  return (outcome: 'durable' | 'failed') => {
    dhcp.effects.clear();
    dhcp.server.settled({ kind: 'settled', ticket, outcome }, dhcp.now, dhcp.effects);
  };
};

describe('tickets that are under way', () => {
  test('a repeated REQUEST joins the ticket of the predecessor and is answered with it', () => {
    const end = ask();
    dhcp.succeed([{}]);
    hear('request', selecting('10.9.16.1'));
    expect([rule(), dhcp.effects.of('persist')]).toEqual([DHCP.joined.id, []]);
    end('durable');
    expect(reply().type).toBe('ACK');
  });

  test('a disk that fails takes the promise back', () => {
    const end = ask();
    dhcp.succeed([{}]);
    end('failed');
    expect([states(), dhcp.isSilent()]).toEqual([['10.9.16.1 offered'], true]);
  });

  test('of an address that is in no subnet now: nothing is sent, nothing breaks', () => {
    const end = ask();
    dhcp.succeed([ELSEWHERE]);
    end('durable');
    expect(dhcp.isSilent()).toBe(true);
  });
});

describe('pools', () => {
  test('count what is bound, offered, declined and free; a router in the range is never free', () => {
    make([{ routers: [ip('10.9.16.3')] }]);
    bind();
    hear('discover', { mac: OTHER_MAC });
    expect(dhcp.server.pools()).toEqual([
      {
        subnet: '10.9.0.0/18',
        ranges: ['10.9.16.1-10.9.16.3'],
        addresses: 3,
        reservations: 0,
        bound: 1,
        offered: 1,
        declined: 0,
        free: 0,
      },
    ]);
    hear('release', { ciaddr: ip('10.9.16.1'), options: selecting('10.9.16.1').options!.slice(1) });
    settle();
    expect(dhcp.server.pools()).toMatchObject([{ bound: 0, free: 1 }]);
  });

  test('there is one for each subnet, in the order of the file', () => {
    make([{ ...SUBNET }, ELSEWHERE]);
    expect(dhcp.server.pools()).toMatchObject([
      { subnet: '10.9.0.0/18', free: 3 },
      { subnet: '10.8.0.0/24', free: 2 },
    ]);
  });
});
