import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { describeMessage } from '../../../../src/codec/dhcp/describe.ts';
import { decodeMessage } from '../../../../src/codec/dhcp/message.ts';
import { option, textOption } from '../../../support/dhcp-builders.ts';
import { effects, hear, make, selecting } from '../../../support/dhcp-server.ts';

/** What the package `dhcp` calls a message. */
interface Theirs {
  readonly op: number;
  readonly xid: number;
  readonly options: Readonly<Record<string, unknown>>;
}

/** The codec of the package, without its client and server. */
const protocol = createRequire(import.meta.url)('dhcp/lib/protocol.js') as {
  parse(octets: Buffer): Theirs;
  format(message: object): { readonly _data: Buffer; readonly _w: number };
};

const readByPackage = (): Theirs => protocol.parse(Buffer.from(effects.last('send').octets));
const MAC = '00-10-18-00-00-01';

function written(message: object): Uint8Array {
  const { _data: octets, _w: length } = protocol.format({
    op: 1,
    htype: 1,
    hlen: 6,
    hops: 0,
    xid: 1,
    secs: 7,
    flags: 0x8000,
    ciaddr: '10.9.16.1',
    yiaddr: '0.0.0.0',
    siaddr: '0.0.0.0',
    giaddr: '10.9.0.1',
    chaddr: MAC,
    sname: '',
    file: 'gold.cfg',
    ...message,
  });
  return new Uint8Array(octets.subarray(0, length));
}

// It says on the console which options it does not know.
beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => undefined));
afterEach(() => void vi.restoreAllMocks());

describe('the package dhcp reads our replies', () => {
  beforeEach(() => make());

  const fields = {
    op: 2,
    htype: 1,
    hlen: 6,
    xid: 0x1234_5678,
    ciaddr: '0.0.0.0',
    siaddr: '10.0.0.69',
    giaddr: '10.9.0.1',
    chaddr: MAC,
    file: 'gold.cfg',
    magicCookie: 0x63825363,
  };
  const options = { 1: '255.255.192.0', 3: ['10.9.0.1'], 51: 86_400, 54: '10.0.0.67' };

  test('an OFFER and an ACK', () => {
    const asked = option(55, 1, 3, 4, 66, 67);
    hear('discover', { options: [asked] });
    expect(readByPackage()).toMatchObject({
      ...fields,
      yiaddr: '10.9.16.1',
      options: { ...options, 4: ['10.0.0.37'], 53: 2, 66: '10.0.0.69', 67: 'gold.cfg' },
    });
    hear('request', { options: [asked, ...selecting('10.9.16.1').options!] });
    expect(readByPackage()).toMatchObject({ ...fields, yiaddr: '10.9.16.1', options: { ...options, 53: 5 } });
  });

  test('a NAK, with its reason', () => {
    hear('request', selecting('10.9.16.9'));
    expect(readByPackage()).toMatchObject({
      op: 2,
      yiaddr: '0.0.0.0',
      siaddr: '0.0.0.0',
      options: { 53: 6, 54: '10.0.0.67', 56: 'address not available' },
    });
  });
});

describe('we read what the package dhcp writes', () => {
  test('fields and options', () => {
    const octets = written({
      options: { 12: 'modem', 50: '10.9.16.1', 51: 3600, 53: 3, 55: [1, 3, 6], 57: 1500, 60: 'docsis3.1' },
    });
    expect(describeMessage(decodeMessage(octets))).toMatchObject({
      type: 'REQUEST',
      xid: '00000001',
      secs: 7,
      broadcast: true,
      ciaddr: '10.9.16.1',
      giaddr: '10.9.0.1',
      chaddr: '00:10:18:00:00:01',
      file: 'gold.cfg',
      options: [
        { code: 12, value: 'modem' },
        { code: 50, value: '10.9.16.1' },
        { code: 51, value: 3600 },
        { code: 53, value: 'REQUEST' },
        { code: 55, value: [1, 3, 6] },
        { code: 57, value: 1500 },
        { code: 60, value: 'docsis3.1' },
      ],
    });
  });
});

test('the package loses the option behind a pad, ours does not', () => {
  make();
  hear('discover', { options: [textOption(60, 'docsis3.1')] });
  const sent = effects.last('send').octets;
  const padded = Buffer.concat([sent.subarray(0, 240), Buffer.of(0), sent.subarray(240)]);
  expect(protocol.parse(padded).options[53]).toBeUndefined();
  expect(describeMessage(decodeMessage(new Uint8Array(padded))).type).toBe('OFFER');
});
