import { describe, expect, test } from 'vitest';
import {
  encodeRequest,
  encodeResponse,
  HttpRequestReader,
  HttpResponseReader,
  includesOctets,
} from '../../../src/codec/http.ts';
import { DecodeError } from '../../../src/core/errors.ts';
import { utf8Octets, utf8Text } from '../../../src/core/text.ts';

const BODY_MAX = 16;

/** The same octets in pieces of every size give the same answer. */
function readPieces(text: string, size: number): HttpResponseReader {
  const reader = new HttpResponseReader(BODY_MAX);
  const octets = utf8Octets(text);
  for (let at = 0; at < octets.length; at += size) reader.push(octets.subarray(at, at + size));
  return reader;
}

describe('an answer, in pieces of any size', () => {
  test.each([
    {
      name: 'a body of a given length; what is behind it is not looked at',
      text: 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhelloHTTP/1.1 500',
      status: 200,
      body: 'hello',
      isWhole: true,
    },
    {
      name: 'chunks, with an extension and a trailer',
      text: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=1\r\nhel\r\n2\r\nlo\r\n0\r\nT: 1\r\n\r\n',
      status: 200,
      body: 'hello',
      isWhole: true,
    },
    {
      name: 'a body that the end of the connection ends',
      text: 'HTTP/1.0 302 Found\r\n\r\nhello',
      status: 302,
      body: 'hello',
      isWhole: false,
    },
    {
      name: 'an interim answer before it: RFC 9110 §15.2',
      text: 'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n',
      status: 204,
      body: '',
      isWhole: true,
    },
    {
      name: 'lines ended by LF alone: RFC 9112 §2.2',
      text: 'HTTP/1.1 503 Down\nContent-Length: 2\n\nno',
      status: 503,
      body: 'no',
      isWhole: true,
    },
    {
      name: 'a status without words',
      text: 'HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n',
      status: 404,
      body: '',
      isWhole: true,
    },
    {
      name: 'no more of the body than is asked for',
      text: 'HTTP/1.1 200 OK\r\n\r\n0123456789abcdefghij',
      status: 200,
      body: '0123456789abcdef',
      isWhole: true,
    },
  ])('$name', ({ text, status, body, isWhole }) => {
    for (const size of [1, 2, 3, 7, 1000]) {
      const reader = readPieces(text, size);
      expect(reader.status).toBe(status);
      expect(utf8Text(reader.body)).toBe(body);
      expect(reader.isWhole).toBe(isWhole);
    }
  });

  test('the end of the connection makes a body whole only where nothing else says its length', () => {
    expect(readPieces('HTTP/1.1 200 OK\r\n\r\nhel', 9).finish()).toBe(true);
    expect(readPieces('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhel', 9).finish()).toBe(false);
    expect(readPieces('HTTP/1.1 200', 9).finish()).toBe(false);
  });

  test.each([
    { name: 'another protocol', text: 'SSH-2.0-OpenSSH\r\n\r\n', field: 'status-line' },
    { name: 'a status that is none', text: 'HTTP/1.1 999 Odd\r\n\r\n', field: 'status-line' },
    {
      name: 'a length that is none',
      text: 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n',
      field: 'Content-Length',
    },
    {
      name: 'a chunk without a length',
      text: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
      field: 'chunk-size',
    },
    {
      name: 'a chunk of 16 EiB',
      text: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n',
      field: 'chunk-size',
    },
    { name: 'fields without an end', text: 'x'.repeat(20_000), field: 'header fields' },
  ])('$name: a DecodeError', ({ text, field }) => {
    expect(() => readPieces(text, 1_000)).toThrowError(DecodeError);
    expect(() => readPieces(text, 1_000)).toThrowError(field);
  });
});

describe('a request', () => {
  test('ours is read back', () => {
    const reader = new HttpRequestReader();
    const octets = encodeRequest({ host: 'www.lab.example', path: '/health?x=1' });
    expect(reader.push(octets.subarray(0, 20))).toBeUndefined();
    expect(reader.push(octets.subarray(20))).toEqual({ method: 'GET', target: '/health?x=1' });
  });

  test.each([
    { name: 'noise', text: 'hello\r\n\r\n' },
    { name: 'HTTP/2 preface', text: 'PRI * HTTP/2.0\r\n\r\n' },
    { name: 'fields without an end', text: `GET / HTTP/1.1\r\n${'A: b\r\n'.repeat(4_000)}` },
  ])('$name: a DecodeError', ({ text }) => {
    expect(() => new HttpRequestReader().push(utf8Octets(text))).toThrowError(DecodeError);
  });
});

test('our answer is read back', () => {
  const reader = new HttpResponseReader(100);
  reader.push(encodeResponse({ status: 503, body: utf8Octets('gone') }));
  expect(reader).toMatchObject({ status: 503, isWhole: true });
  expect(utf8Text(reader.body)).toBe('gone');
});

test.each([
  { text: 'all is well', part: 'well', is: true },
  { text: 'all is well', part: 'Well', is: false },
  { text: 'aaab', part: 'aab', is: true },
  { text: 'we', part: 'well', is: false },
  { text: '', part: '', is: true },
])('"$part" in "$text": $is', ({ text, part, is }) => {
  expect(includesOctets(utf8Octets(text), utf8Octets(part))).toBe(is);
});
