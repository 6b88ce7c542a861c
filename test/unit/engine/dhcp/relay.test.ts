import { beforeEach, describe, expect, it, test } from 'vitest';
import { formatEndpoint } from '../../../../src/core/address.ts';
import { DecodeError } from '../../../../src/core/errors.ts';
import { RELAY } from '../../../../src/core/rules/relay.ts';
import { describeMessage } from '../../../../src/codec/dhcp/describe.ts';
import { decodeMessage } from '../../../../src/codec/dhcp/message.ts';
import { RelayAgent } from '../../../../src/engine/dhcp/relay.ts';
import {
  CLIENT_MAC,
  clientMessage,
  ip,
  mac,
  option,
  serverMessage,
  textOption,
} from '../../../support/dhcp-builders.ts';
import { hex } from '../../../support/hex.ts';
import { RecordingEffects } from '../../../support/recording-effects.ts';

const GIADDR = ip('10.9.0.1');
const HELPERS = [ip('10.0.0.67'), ip('10.0.0.68')];
const MODEM = mac('00:10:18:00:00:99');
const RELAY_AGENT = { circuitId: hex('20000002'), docsisVersion: 0x0301 };

let effects: RecordingEffects;
let relay: RelayAgent;

beforeEach(() => {
  effects = new RecordingEffects();
  relay = new RelayAgent({ giaddr: GIADDR, helpers: HELPERS, via: 0, relayAgent: RELAY_AGENT });
});

describe('from a client', () => {
  it('sets giaddr, adds option 82 last, counts a hop, keeps all else, unicasts to each server', () => {
    const request = clientMessage('discover', { options: [textOption(60, 'docsis3.1:')] });
    const facts = relay.fromClient(request, CLIENT_MAC, effects);
    expect(facts).toMatchObject({ direction: 'to-server', messageType: 1, chaddr: CLIENT_MAC });
    const sent = effects.of('send');
    expect(sent.map(({ to }) => formatEndpoint(to))).toEqual(['10.0.0.67:67', '10.0.0.68:67']);
    expect(sent[0]).toMatchObject({ port: 67, to: { source: GIADDR } });
    const before = describeMessage(decodeMessage(request));
    expect(describeMessage(decodeMessage(sent[0]!.octets))).toEqual({
      ...before,
      hops: 1,
      giaddr: '10.9.0.1',
      options: [
        ...before.options,
        {
          code: 82,
          name: 'relay-agent-information',
          value: {
            'circuit-id': '20000002',
            'remote-id': '00:10:18:00:00:01',
            'vendor-specific': { docsis: '3.1' },
          },
        },
      ],
    });
  });

  it('passes a request on that came through four relays: RFC 1542 §4.1.1', () => {
    relay.fromClient(clientMessage('discover', { hops: 4 }), CLIENT_MAC, effects);
    expect(decodeMessage(effects.last('send').octets).hops).toBe(5);
  });

  it('for equipment behind a modem, 82.2 is the address of the modem', () => {
    relay.fromClient(clientMessage('discover'), MODEM, effects);
    const options = describeMessage(decodeMessage(effects.last('send').octets)).options;
    expect(options.at(-1)).toMatchObject({ code: 82, value: { 'remote-id': '00:10:18:00:00:99' } });
  });

  it('every octet sent is written, also where the request was padded further', () => {
    const request = new Uint8Array(548);
    request.set(clientMessage('discover'));
    relay.fromClient(
      clientMessage('discover', { options: [textOption(12, 'x'.repeat(255))] }),
      MODEM,
      effects,
    );
    relay.fromClient(request, MODEM, effects);
    const { octets } = effects.last('send');
    expect(octets).toHaveLength(548);
    expect(octets.subarray(octets.indexOf(255, 240) + 1).every((octet) => octet === 0)).toBe(true);
  });

  test.each([
    { name: 'too many hops', request: clientMessage('discover', { hops: 5 }), rule: RELAY.tooManyHops },
    {
      name: 'option 82 of a client',
      request: clientMessage('discover', { options: [option(82, 1, 1, 1)] }),
      rule: RELAY.untrusted,
    },
    {
      name: 'giaddr is ours already',
      request: clientMessage('discover', { giaddr: GIADDR }),
      rule: RELAY.spoofed,
    },
    {
      name: 'a server on the side of the clients',
      request: serverMessage('offer', clientMessage('discover')),
      rule: RELAY.wrongWay,
    },
  ])('drops: $name', ({ request, rule }) => {
    expect(relay.fromClient(request, MODEM, effects)).toBeUndefined();
    expect(effects.words()).toEqual([`because ${rule.id}`]);
  });

  it('behind another relay: giaddr stays, no second option 82', () => {
    const request = clientMessage('discover', {
      giaddr: ip('10.8.0.1'),
      hops: 1,
      options: [option(82, 1, 1, 9)],
    });
    relay.fromClient(request, MODEM, effects);
    const message = decodeMessage(effects.last('send').octets);
    expect([message.giaddr, message.hops]).toEqual([ip('10.8.0.1'), 2]);
    expect(message.option(82)).toEqual(hex('010109'));
    expect(effects.rules()).toEqual([RELAY.relayedAgain.id]);
  });

  it('where option 82 would not fit, it goes without', () => {
    const options = [1, 2, 3, 4].map((n) => ({ code: 223 + n, octets: new Uint8Array(250).fill(n) }));
    const request = clientMessage('discover', {
      options: [...options, { code: 230, octets: new Uint8Array(200) }],
    });
    relay.fromClient(request, MODEM, effects);
    expect(decodeMessage(effects.last('send').octets).has(82)).toBe(false);
    expect(decodeMessage(effects.last('send').octets).giaddr).toBe(GIADDR);
    expect(effects.rules()).toEqual([RELAY.tooLong.id]);
  });

  it('a relay may add no option 82', () => {
    const plain = new RelayAgent({ giaddr: GIADDR, helpers: HELPERS, via: 0, relayAgent: undefined });
    plain.fromClient(clientMessage('discover'), MODEM, effects);
    expect(decodeMessage(effects.last('send').octets).has(82)).toBe(false);
  });

  test.each([
    { name: 'short', octets: new Uint8Array(100) },
    { name: 'no cookie', octets: new Uint8Array(300) },
    { name: 'an option cut off', octets: clientMessage('discover').subarray(0, 242) },
  ])('what is no message is a DecodeError: $name', ({ octets }) => {
    expect(() => relay.fromClient(octets, MODEM, effects)).toThrow(DecodeError);
  });
});

describe('from a server', () => {
  const REQUEST = clientMessage('discover', { giaddr: GIADDR });
  const offer = (fields: object) =>
    serverMessage('offer', REQUEST, {
      yiaddr: ip('10.9.16.1'),
      options: [option(82, 1, 4, 32, 0, 0, 2), textOption(15, 'lab.example')],
      ...fields,
    });

  it('strips option 82 and unicasts to yiaddr at chaddr', () => {
    const reply = offer({});
    const facts = relay.fromServer(reply, effects);
    expect(facts).toMatchObject({ direction: 'to-client', messageType: 2, yiaddr: ip('10.9.16.1') });
    expect(effects.last('send')).toMatchObject({
      port: 67,
      to: { address: ip('10.9.16.1'), port: 68, hardware: CLIENT_MAC, via: 0, source: GIADDR },
    });
    const before = describeMessage(decodeMessage(reply));
    expect(describeMessage(decodeMessage(effects.last('send').octets))).toEqual({
      ...before,
      options: before.options.filter(({ code }) => code !== 82),
    });
  });

  it('an option 82 in the middle, or twice, goes too', () => {
    const reply = offer({});
    // end, pads: room for a second option 82 before another option.
    const end = reply.lastIndexOf(255);
    reply.set([82, 1, 7, 12, 1, 120, 255], end);
    relay.fromServer(reply, effects);
    const message = decodeMessage(effects.last('send').octets);
    expect(message.codes()).toEqual([53, 54, 15, 12]);
    expect(message.option(12)).toEqual(Uint8Array.of(120));
  });

  test.each([
    { name: 'the broadcast flag', fields: { flags: 0x8000 } },
    { name: 'no address to unicast to', fields: { yiaddr: ip('0.0.0.0') } },
  ])('broadcasts: $name', ({ fields }) => {
    relay.fromServer(offer(fields), effects);
    const { to } = effects.last('send');
    expect(formatEndpoint(to)).toBe('255.255.255.255:68');
    expect([to.via, to.hardware]).toEqual([0, undefined]);
  });

  it('a client with an address gets it there', () => {
    relay.fromServer(offer({ ciaddr: ip('10.9.16.5') }), effects);
    expect(formatEndpoint(effects.last('send').to)).toBe('10.9.16.5:68');
  });

  test.each([
    { name: 'another giaddr', reply: offer({ giaddr: ip('10.9.0.2') }) },
    { name: 'a request', reply: REQUEST },
  ])('drops: $name', ({ reply }) => {
    expect(relay.fromServer(reply, effects)).toBeUndefined();
    expect(effects.words()).toEqual([`because ${RELAY.notOurs.id}`]);
  });
});

describe('with giaddr on the side of the servers', () => {
  const UPLINK = ip('10.0.0.1');
  beforeEach(() => {
    relay = new RelayAgent({
      giaddr: UPLINK,
      link: GIADDR,
      helpers: HELPERS,
      via: 0,
      relayAgent: RELAY_AGENT,
    });
  });

  it('servers answer at giaddr; sub-options 5 and 11 name our address on the link', () => {
    relay.fromClient(clientMessage('discover'), CLIENT_MAC, effects);
    const { octets, to } = effects.last('send');
    const message = describeMessage(decodeMessage(octets));
    expect([message.giaddr, to.source]).toEqual(['10.0.0.1', UPLINK]);
    expect(message.options.at(-1)).toEqual({
      code: 82,
      name: 'relay-agent-information',
      value: {
        'circuit-id': '20000002',
        'remote-id': '00:10:18:00:00:01',
        'link-selection': '10.9.0.1',
        'vendor-specific': { docsis: '3.1' },
        'server-override': '10.9.0.1',
      },
    });
    expect(effects.rules()).toEqual([RELAY.relayedFromElsewhere.id]);
  });

  it('the reply to giaddr goes to the client from our address on its link', () => {
    const request = clientMessage('discover', { giaddr: UPLINK });
    relay.fromServer(serverMessage('offer', request, { yiaddr: ip('10.9.16.1') }), effects);
    expect(effects.last('send').to).toMatchObject({ address: ip('10.9.16.1'), source: GIADDR, via: 0 });
  });

  test.each([
    { name: 'giaddr is our address on the link', request: clientMessage('discover', { giaddr: GIADDR }) },
    { name: 'giaddr is our address on the uplink', request: clientMessage('discover', { giaddr: UPLINK }) },
  ])('drops what claims to be from us: $name', ({ request }) => {
    expect(relay.fromClient(request, MODEM, effects)).toBeUndefined();
    expect(effects.words()).toEqual([`because ${RELAY.spoofed.id}`]);
  });

  it('a request without room for option 82 is dropped: giaddr alone would name the wrong link', () => {
    const options = [1, 2, 3, 4, 5].map((n) => ({ code: 223 + n, octets: new Uint8Array(240).fill(n) }));
    const request = clientMessage('discover', { options });
    expect(relay.fromClient(request, MODEM, effects)).toBeUndefined();
    expect(effects.words()).toEqual([`because ${RELAY.noRoomForLink.id}`]);
  });
});
