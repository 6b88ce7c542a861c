import { describe, expect, test } from 'vitest';
import { ipv4 } from '../../../src/core/address.ts';
import { latin1Octets, latin1Text } from '../../../src/core/text.ts';
import { FileTable, OctetsSource } from '../../../src/store/file-table.ts';

const ascii = (text: string) => latin1Octets(text)!;
const client = ipv4(0x0a090001);

function contentOf(table: FileTable, name: string): string | undefined {
  const source = table.find(ascii(name), client);
  if (source === undefined) return undefined;
  const into = new Uint8Array(source.size);
  expect(source.read(0, into, 0, source.size)).toBe(source.size);
  return latin1Text(into);
}

describe('names are octets, never paths', () => {
  const table = new FileTable();
  for (const name of ['modem.cfg', 'a/b', '/abs', 'é', '', '__proto__'])
    table.set(ascii(name), ascii(`<${name}>`));

  test.each(['modem.cfg', 'a/b', '/abs', 'é', '', '__proto__'])('"%s" is served', (name) => {
    expect(contentOf(table, name)).toBe(`<${name}>`);
  });

  test.each([
    'Modem.cfg',
    '/modem.cfg',
    './modem.cfg',
    'a/../modem.cfg',
    'a//b',
    'modem.cfg\0',
    'modem%2ecfg',
    '..',
    'constructor',
  ])('"%s" is not', (name) => {
    expect(contentOf(table, name)).toBeUndefined();
  });
});

test.each([
  { name: 'MODEM.CFG', miss: 'case' },
  { name: '/modem.cfg', miss: 'slash' },
  { name: '//Modem.cfg', miss: 'slash' },
  { name: '\\modem.cfg', miss: 'slash' },
  { name: 'images\\X.bin', miss: 'case' },
  { name: 'modem.cfg2', miss: undefined },
  { name: 'other', miss: undefined },
])('near miss of $name: $miss', ({ name, miss }) => {
  const table = new FileTable();
  table.set(ascii('modem.cfg'), ascii(''));
  table.set(ascii('images/x.bin'), ascii(''));
  expect(table.nearMiss(ascii(name))).toBe(miss);
});

test('set replaces, and who has the old file keeps it', () => {
  const table = new FileTable();
  table.set(ascii('f'), ascii('old'));
  const old = table.find(ascii('f'), client);
  table.set(ascii('f'), ascii('newer'));
  expect(table.count).toBe(1);
  expect(contentOf(table, 'f')).toBe('newer');
  expect(old?.size).toBe(3);
  table.clear();
  expect(contentOf(table, 'f')).toBeUndefined();
  expect(table.nearMiss(ascii('F'))).toBeUndefined();
});

test('makers: by name, then in the order added; undefined means no such file', () => {
  const table = new FileTable();
  table.set(ascii('own.cfg'), (request) => ascii(`for ${request.client}`));
  table.set(ascii('never.cfg'), () => undefined);
  table.addMaker(({ name }) => (latin1Text(name).startsWith('cm-') ? ascii('first') : undefined));
  table.addMaker(() => ascii('second'));
  expect(contentOf(table, 'own.cfg')).toBe(`for ${client}`);
  expect(contentOf(table, 'never.cfg')).toBeUndefined();
  expect(contentOf(table, 'cm-1')).toBe('first');
  expect(contentOf(table, 'x')).toBe('second');
});

test('names of one hash are told apart', () => {
  // Each pair has one FNV-1a hash of 32 bits.
  const table = new FileTable();
  for (const name of ['costarring', 'liquid', 'declinate', 'macallums'])
    table.set(ascii(name), ascii(name.toUpperCase()));
  expect(contentOf(table, 'costarring')).toBe('COSTARRING');
  expect(contentOf(table, 'liquid')).toBe('LIQUID');
  expect(contentOf(table, 'declinate')).toBe('DECLINATE');
  expect(contentOf(table, 'macallums')).toBe('MACALLUMS');
  expect(table.count).toBe(4);
  expect(table.names(20)).toHaveLength(4);
  expect(table.names(3)).toHaveLength(3);
});

test.each([
  { offset: 0, count: 4, got: 'abcd' },
  { offset: 8, count: 4, got: 'ij' },
  { offset: 10, count: 4, got: '' },
  { offset: 99, count: 4, got: '' },
])('read $count octets from $offset: "$got"', ({ offset, count, got }) => {
  const into = new Uint8Array(10).fill(0x2e);
  expect(new OctetsSource(ascii('abcdefghij')).read(offset, into, 3, count)).toBe(got.length);
  expect(latin1Text(into)).toBe(`...${got.padEnd(7, '.')}`);
});
