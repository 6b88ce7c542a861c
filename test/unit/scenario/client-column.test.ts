import { expect, test } from 'vitest';
import { ClientColumn } from '../../../src/scenario/client-column.ts';

test.each([
  { name: 'a modem: type 255, IAID, DUID', client: '01ff18000000000300010010180000ff' },
  { name: 'a hardware address', client: '01001018000000' },
  { name: 'nothing', client: '' },
  { name: 'an octet more than there is room for', client: '00'.repeat(17) },
  { name: 'the longest option 61', client: 'ab'.repeat(255) },
  { name: 'half an octet', client: '012' },
  { name: 'capitals, which would come back small', client: '01AB' },
  { name: 'no hex at all', client: 'cm-7' },
  { name: 'a character that is beyond octets', client: '\u0131\u0130' },
  { name: 'minus signs', client: '-1-1' },
])('a client comes back as it was: $name', ({ client }) => {
  const clients = new ClientColumn();
  clients.set(0, '0102');
  clients.set(100, client);
  expect([clients.get(0), clients.get(100)]).toEqual(['0102', client]);
  clients.set(100, 'somebody else');
  clients.set(0, client);
  expect([clients.get(0), clients.get(100)]).toEqual([client, 'somebody else']);
  clients.set(100, '03');
  expect(clients.get(100)).toBe('03');
});
