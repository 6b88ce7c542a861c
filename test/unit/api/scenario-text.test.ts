import { describe, expect, test } from 'vitest';
import { scenarioText } from '../../../src/api/scenario-text.ts';

const latin1 = (text: string): Uint8Array => Buffer.from(text, 'latin1');

describe('a scenario is text in UTF-8', () => {
  test.each([
    { name: 'plain', octets: Buffer.from('name: x\n'), text: 'name: x\n' },
    {
      name: 'with a byte order mark, as Windows writes it',
      octets: Buffer.from('\ufeffname: x\n'),
      text: 'name: x\n',
    },
    {
      name: 'with letters of every length',
      octets: Buffer.from('name: \u00e9\u20ac\u{1f600}\n'),
      text: 'name: \u00e9\u20ac\u{1f600}\n',
    },
    { name: 'empty', octets: Buffer.alloc(0), text: '' },
    { name: 'binary, which who reads the text refuses', octets: latin1('a\xff\0'), text: 'a\ufffd\0' },
  ])('$name', ({ octets, text }) => {
    expect(scenarioText(octets)).toBe(text);
  });
});

describe('what else it may be', () => {
  test.each([
    { name: 'Latin-1', octets: latin1('name: x\nabout: caf\xe9\n'), at: [2, 11], says: 'not in UTF-8' },
    { name: 'Latin-1 at the very end', octets: latin1('\xe9'), at: [1, 1], says: 'not in UTF-8' },
    { name: 'a letter that is cut off', octets: latin1('a\nb\xe2\x82'), at: [2, 2], says: 'not in UTF-8' },
    {
      name: 'UTF-16 with a mark',
      octets: Buffer.from('\ufeffname: x\n', 'utf16le'),
      at: [1, 1],
      says: 'UTF-16',
    },
    {
      name: 'UTF-16, the other way round',
      octets: Buffer.from('\ufeffname: x\n', 'utf16le').swap16(),
      at: [1, 1],
      says: 'UTF-16',
    },
    {
      name: 'UTF-16 without a mark',
      octets: Buffer.from('name: x\n', 'utf16le'),
      at: [1, 1],
      says: 'UTF-16',
    },
    {
      name: 'a trace',
      octets: latin1('{"kind":"headend-trace","format_version":1}\n'),
      at: [1, 1],
      says: 'a trace',
    },
    { name: 'a result', octets: latin1('{\n  "format_version": 1,\n'), at: [1, 1], says: 'a result' },
    { name: 'a pcapng', octets: latin1('\n\r\r\n\x1c\0\0\0'), at: [1, 1], says: 'a capture' },
    { name: 'a pcap', octets: latin1('\xd4\xc3\xb2\xa1\x02\0'), at: [1, 1], says: 'a capture' },
  ])('$name', ({ octets, at: [line, column], says }) => {
    const mistake = scenarioText(octets);
    expect(mistake).toMatchObject({ line, column, message: expect.stringContaining(says) as string });
  });
});
