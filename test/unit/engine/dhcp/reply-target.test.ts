import { describe, expect, test } from 'vitest';
import type { DhcpFields } from '../../../../src/codec/dhcp/fields.ts';
import { decodeMessage } from '../../../../src/codec/dhcp/message.ts';
import { replyTarget } from '../../../../src/engine/dhcp/reply-target.ts';
import { requestKind } from '../../../../src/engine/dhcp/request-kind.ts';
import { CLIENT_MAC, clientMessage, ip, ipOption, option } from '../../../support/dhcp-builders.ts';

const relay = ip('10.9.0.1');
const bound = ip('10.9.16.9');
const offered = ip('10.9.16.1');
const BROADCAST = ip('255.255.255.255');
const OFFER = { type: 2, yiaddr: offered };
const NAK = { type: 6, yiaddr: ip('0.0.0.0') };

test('relay on another port that says so in the second part of its option (RFC 3396)', () => {
  const octets = clientMessage('discover', {
    giaddr: relay,
    options: [option(224, 12, 1, 7), option(225, 19, 0)],
  });
  const message = decodeMessage(octets);
  for (const code of [224, 225]) octets[message.find(code) - 2] = 82;
  expect(replyTarget(decodeMessage(octets), OFFER, 3, 2067)).toEqual({ address: relay, port: 2067 });
});

describe('where a reply goes (RFC 2131 §4.1)', () => {
  test.each<{ name: string; request: Partial<DhcpFields>; reply: typeof OFFER; to: object }>([
    {
      name: 'relay: to giaddr, on the server port',
      request: { giaddr: relay, ciaddr: bound, flags: 0x8000 },
      reply: OFFER,
      to: { address: relay, port: 67 },
    },
    {
      name: 'relay on another port (RFC 8357)',
      request: { giaddr: relay, options: [option(82, 19, 0)] },
      reply: OFFER,
      to: { address: relay, port: 2067 },
    },
    {
      name: 'NAK through a relay: to giaddr',
      request: { giaddr: relay },
      reply: NAK,
      to: { address: relay, port: 67 },
    },
    {
      name: 'NAK, no relay: broadcast, even if bound',
      request: { ciaddr: bound },
      reply: NAK,
      to: { address: BROADCAST, port: 68, via: 3 },
    },
    {
      name: 'bound: to ciaddr, whatever the flag',
      request: { ciaddr: bound, flags: 0x8000 },
      reply: OFFER,
      to: { address: bound, port: 68 },
    },
    {
      name: 'broadcast flag: broadcast',
      request: { flags: 0x8000 },
      reply: OFFER,
      to: { address: BROADCAST, port: 68, via: 3 },
    },
    {
      name: 'else to yiaddr at chaddr',
      request: {},
      reply: OFFER,
      to: { address: offered, port: 68, hardware: CLIENT_MAC, via: 3 },
    },
    {
      name: 'hardware other than Ethernet: broadcast',
      request: { htype: 6 },
      reply: OFFER,
      to: { address: BROADCAST, port: 68, via: 3 },
    },
  ])('$name', ({ request, reply, to }) => {
    expect(replyTarget(decodeMessage(clientMessage('discover', request)), reply, 3, 2067)).toEqual(to);
  });
});

describe('the state of who sends a REQUEST (RFC 2131 §4.3.6, table 4)', () => {
  const server = ipOption(54, '10.0.0.67');
  const wanted = ipOption(50, '10.9.16.1');
  test.each<{ is: string; request: Partial<DhcpFields>; unicast: boolean }>([
    { is: 'selecting', request: { options: [server, wanted] }, unicast: false },
    { is: 'init-reboot', request: { options: [wanted] }, unicast: false },
    { is: 'renewing', request: { ciaddr: bound }, unicast: true },
    { is: 'rebinding', request: { ciaddr: bound }, unicast: false },
    { is: 'no-data', request: {}, unicast: false },
  ])('$is', ({ is, request, unicast }) => {
    expect(requestKind(decodeMessage(clientMessage('request', request)), unicast)).toBe(is);
  });
});
