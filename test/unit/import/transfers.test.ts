import { expect, test } from 'vitest';
import type { Endpoint } from '../../../src/core/address.ts';
import { Transfers } from '../../../src/import/capture/transfers.ts';
import { ip } from '../../support/dhcp-builders.ts';

const CLIENT: Endpoint = { address: ip('10.9.16.1'), port: 4_000 };
const SERVER = ip('10.0.0.69');
const ascii = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));

/** `rrq`, `oack 8`, `data 1 abcdefgh`, `error`; one of a stranger begins with `!`. */
function transfersOf(...lines: readonly string[]): readonly string[] {
  const transfers = new Transfers();
  for (const line of lines) {
    const [word = '', first = '', text = ''] = line.replace('!', '').split(' ');
    const server = { address: line.startsWith('!') ? ip('10.0.0.66') : SERVER, port: 3_333 };
    const octets =
      word === 'rrq'
        ? ascii('\0\u0001gold.cfg\0octet\0')
        : word === 'oack'
          ? ascii(`\0\u0006blksize\0${first}\0`)
          : word === 'error'
            ? ascii('\0\u0005\0\u0001none\0')
            : Uint8Array.of(0, 3, Number(first) >>> 8, Number(first), ...ascii(text));
    const [from, to] = word === 'rrq' ? [CLIENT, { address: SERVER, port: 69 }] : [server, CLIENT];
    transfers.take({ firstUs: 0, lastUs: 0, from, to, octets, isLost: false });
  }
  return transfers.results().map(({ content, isRefused }) => {
    if (content !== undefined) return Buffer.from(content).toString('latin1');
    return isRefused ? 'refused' : 'not whole';
  });
}

test.each([
  { name: 'one short block', lines: ['rrq', 'data 1 abc'], gives: ['abc'] },
  {
    name: 'a block size that was agreed on',
    lines: ['rrq', 'oack 8', 'data 1 abcdefgh', 'data 2 ij'],
    gives: ['abcdefghij'],
  },
  { name: 'an empty last block', lines: ['rrq', 'oack 8', 'data 1 abcdefgh', 'data 2'], gives: ['abcdefgh'] },
  {
    name: 'a request and blocks that are repeated',
    lines: ['rrq', 'rrq', 'oack 8', 'data 1 abcdefgh', 'data 1 abcdefgh', 'data 2 ij'],
    gives: ['abcdefghij'],
  },
  {
    name: 'a block that the capture does not have',
    lines: ['rrq', 'oack 8', 'data 1 abcdefgh', 'data 3 ij'],
    gives: ['not whole'],
  },
  { name: 'a capture that ends before', lines: ['rrq', 'oack 8', 'data 1 abcdefgh'], gives: ['not whole'] },
  { name: 'a file that is not there', lines: ['rrq', 'error'], gives: ['refused'] },
  { name: 'a block of a stranger', lines: ['rrq', '!data 1 xyz', 'data 1 abc'], gives: ['abc'] },
  {
    name: 'two transfers, one after the other',
    lines: ['rrq', 'data 1 abc', 'rrq', 'data 1 de'],
    gives: ['abc', 'de'],
  },
])('$name', ({ lines, gives }) => {
  expect(transfersOf(...lines)).toEqual(gives);
});
