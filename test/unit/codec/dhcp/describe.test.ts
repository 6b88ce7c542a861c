import { expect, it } from 'vitest';
import { decodeMessage } from '../../../../src/codec/dhcp/message.ts';
import { describeMessage } from '../../../../src/codec/dhcp/describe.ts';
import { clientMessage, option, textOption } from '../../../support/dhcp-builders.ts';
import { packetFixture } from '../../../support/hex.ts';

it('a relayed DISCOVER of a cable modem, in words', () => {
  expect(describeMessage(decodeMessage(packetFixture('dhcp-discover-relayed')))).toEqual({
    type: 'DISCOVER',
    op: 1,
    htype: 1,
    hlen: 6,
    hops: 1,
    xid: '380b2a5e',
    secs: 0,
    broadcast: false,
    ciaddr: '0.0.0.0',
    yiaddr: '0.0.0.0',
    siaddr: '0.0.0.0',
    giaddr: '10.9.0.1',
    chaddr: '20:e5:2a:b8:15:14',
    sname: '',
    file: '',
    options: [
      { code: 53, name: 'dhcp-message-type', value: 'DISCOVER' },
      { code: 60, name: 'vendor-class-identifier', value: 'docsis3.0:' },
      { code: 55, name: 'parameter-request-list', value: [1, 2, 3, 4, 7, 6, 125] },
      {
        code: 125,
        name: 'vendor-identifying-vendor-specific',
        value: { 4491: { requests: [2], 'modem-capabilities': '010101020103030101040101050101' } },
      },
      {
        code: 43,
        name: 'vendor-encapsulated-options',
        value: {
          'device-type': 'ECM',
          'esafe-list': 'ECM:EROUTER',
          'serial-number': '2AB81514',
          oui: '00095B',
        },
      },
      { code: 61, name: 'client-identifier', value: 'iaid 2ab81514 duid ethernet 20:e5:2a:b8:15:14' },
      { code: 57, name: 'maximum-dhcp-message-size', value: 1500 },
      {
        code: 82,
        name: 'relay-agent-information',
        value: {
          'circuit-id': '20000002',
          'remote-id': '20:e5:2a:b8:15:14',
          'vendor-specific': { docsis: '3.0' },
        },
      },
    ],
  });
});

it('hostile text in options and file is escaped', () => {
  const octets = clientMessage('discover', {
    file: Uint8Array.of(0x1b, 0x63),
    options: [textOption(60, '\u001b]0;x\u0007'), option(12, 0xe2, 0x80, 0xae, 0x61)],
  });
  const { file, options } = describeMessage(decodeMessage(octets));
  expect(file).toBe('\\x1bc');
  expect(options.slice(1).map(({ value }) => value)).toEqual(['\\x1b]0;x\\x07', '\\u{202e}a']);
});

it('without option 53 it is BOOTP', () => {
  expect(describeMessage(decodeMessage(clientMessage('bootp'))).type).toBe('BOOTREQUEST');
});
