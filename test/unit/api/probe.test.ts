import { expect, test } from 'vitest';
import { serverAt, serverFrom } from '../../../src/api/probe.ts';

test.each([
  { text: '192.0.2.53', address: '192.0.2.53', port: 53 },
  { text: '192.0.2.53:5353', address: '192.0.2.53', port: 5353 },
  { text: '2001:db8::53', address: '2001:db8::53', port: 53 },
  { text: '[2001:db8::53]', address: '2001:db8::53', port: 53 },
  { text: '[2001:db8::53]:5353', address: '2001:db8::53', port: 5353 },
])('a server as a person names it: $text', ({ text, address, port }) => {
  expect(serverFrom(text)).toEqual({ address, port });
});

test.each([
  { text: 'ns.example', says: 'is not an address' },
  { text: '192.0.2.53:0', says: 'is not a port' },
  { text: '192.0.2.53:99999', says: 'is not a port' },
  { text: '[192.0.2.53', says: 'is not an address' },
  { text: '', says: 'is not an address' },
])('what is none: $text', ({ text, says }) => {
  expect(() => serverFrom(text)).toThrow(says);
});

test.each([
  { text: '192.0.2.53:5353', says: 'is not an address: write 192.0.2.53, and --port 5353' },
  { text: '[2001:db8::53]:5353', says: 'is not an address: write 2001:db8::53, and --port 5353' },
  { text: 'ns.example:53', says: 'is not an address: write 192.0.2.53 or 2001:db8::53' },
])('an address with a port, where the port is a flag: $text', ({ text, says }) => {
  expect(() => serverAt(text, 53)).toThrow(says);
});
