import { expect, test } from 'vitest';
import type { DhcpOption } from '../../../../src/codec/dhcp/fields.ts';
import { decodeMessage } from '../../../../src/codec/dhcp/message.ts';
import { ClientKey, clientIdOf } from '../../../../src/engine/dhcp/identity.ts';
import { clientMessage, option } from '../../../support/dhcp-builders.ts';

function clientIdIn(options: readonly DhcpOption[]): Uint8Array | undefined {
  const key = new ClientKey();
  key.read(decodeMessage(clientMessage('discover', { options })), 3, false);
  return clientIdOf(key.octets.subarray(0, key.length));
}

test.each([
  { name: 'option 61', options: [option(61, 255, 1, 2)], is: Uint8Array.of(255, 1, 2) },
  {
    name: 'option 61 in parts: RFC 3396',
    options: [option(61, 255, 1), option(61, 2)],
    is: Uint8Array.of(255, 1, 2),
  },
  { name: 'no option 61: the hardware address', options: [], is: undefined },
  { name: 'one octet, less than RFC 2132 §9.14 allows', options: [option(61, 255)], is: undefined },
])('who a client is: $name', ({ options, is }) => {
  expect(clientIdIn(options)).toEqual(is);
});
