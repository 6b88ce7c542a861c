import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ipv4, toMac } from '../../../src/core/address.ts';
import { fromHex } from '../../../src/core/bytes.ts';
import { bug, DecodeError } from '../../../src/core/errors.ts';
import { utf8Octets } from '../../../src/core/text.ts';
import { encodeFrame } from '../../../src/codec/frame/packet.ts';
import { dissect, FORMS, guessForm, transferOf } from '../../../src/report/dissect.ts';
import '../../support/same-cases.ts';

const hex = (text: string): Uint8Array => fromHex(text.replace(/#.*$/gm, '')) ?? bug('hex');
const DISCOVER = hex(
  readFileSync(resolve(import.meta.dirname, '../../../fixtures/packets/dhcp-discover-relayed.hex'), 'utf8'),
);
const READ_REQUEST = hex('0001 676f6c642e636667 00 6f63746574 00');
const QUERY = hex('beef 0100 0001 0000 0000 0000 03777777 076578616d706c65 00 0001 0001');
const client = { address: ipv4(0x0a091001), port: 50_000 };
const server = { address: ipv4(0x0a000045), port: 69 };

const framed = (octets: Uint8Array, from = client, to = server): Uint8Array =>
  encodeFrame({
    sourceMac: toMac(1),
    destinationMac: toMac(2),
    packet: 1,
    body: { kind: 'udp', from, to, ttl: 64, octets },
  });

describe('octets without a frame are told by their marks', () => {
  test.each([
    { name: 'the magic cookie', octets: DISCOVER, form: 'dhcp' },
    { name: 'an EtherType', octets: framed(READ_REQUEST), form: 'ethernet' },
    { name: 'an opcode and a zero at the end', octets: READ_REQUEST, form: 'tftp' },
    { name: 'an ACK of four octets', octets: hex('0004 0001'), form: 'tftp' },
    { name: 'a DNS header that counts right', octets: QUERY, form: 'dns' },
    { name: 'nothing', octets: hex('deadbeefdeadbeef'), form: undefined },
    { name: 'no octets', octets: new Uint8Array(0), form: undefined },
  ])('$name: $form', ({ octets, form }) => {
    expect(guessForm(octets)).toBe(form);
  });
});

describe('dissect', () => {
  test('a frame: its ends, its protocol, its payload', () => {
    expect(dissect(framed(READ_REQUEST), 'ethernet')).toMatchObject({
      protocol: 'TFTP',
      kind: 'RRQ',
      fields: { file: 'gold.cfg', mode: 'octet' },
      from: '10.9.16.1:50000',
      to: '10.0.0.69:69',
      source_mac: '00:00:00:00:00:01',
      payload: READ_REQUEST,
    });
  });

  test('the blocks of a transfer are known by the request before them', () => {
    const data = framed(hex('0003 0001 6869'), { ...server, port: 40_000 }, client);
    const transfers = new Set([transferOf(framed(READ_REQUEST)) ?? '']);
    expect(dissect(data, 'ethernet')).toMatchObject({ protocol: 'UDP' });
    expect(dissect(data, 'ethernet', transfers)).toMatchObject({
      protocol: 'TFTP',
      kind: 'DATA',
      fields: { last: '' },
    });
  });

  test('hostile text is escaped', () => {
    const octets = Uint8Array.from([0, 1, ...utf8Octets('a\u001b[2J\u202eb'), 0, ...utf8Octets('octet'), 0]);
    expect(dissect(octets, 'tftp').fields['file']).toBe(String.raw`a\x1b[2J\u{202e}b`);
  });

  test('octets without a frame have no addresses', () => {
    expect(dissect(DISCOVER, 'dhcp')).toMatchObject({
      protocol: 'DHCP',
      kind: 'DISCOVER',
      from: null,
      to: null,
    });
  });

  test('any octets are dissected or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.constantFrom(...FORMS), (octets, form) => {
        guessForm(octets);
        try {
          expect(dissect(octets, form).protocol).not.toBe('');
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }),
      { numRuns: 300 },
    );
  });
});
