import { describe, expect, test } from 'vitest';
import { MODEM } from '../../../../src/core/rules/modem.ts';
import { Random } from '../../../../src/core/random.ts';
import { latin1Text } from '../../../../src/core/text.ts';
import { toInstant } from '../../../../src/core/time.ts';
import { Option } from '../../../../src/codec/dhcp/codes.ts';
import { decodeMessage } from '../../../../src/codec/dhcp/message.ts';
import { suboption } from '../../../../src/codec/dhcp/option/suboptions.ts';
import { asksCableLabs, tftpServersOption } from '../../../../src/codec/dhcp/option/vivso.ts';
import { portableCrypto } from '../../../../src/crypto/portable.ts';
import { CableModem } from '../../../../src/engine/modem/modem.ts';
import { modemProfile } from '../../../../src/engine/modem/profile.ts';
import { contentionAt } from '../../../../src/engine/modem/ranging.ts';
import { clientMessage, ip, mac, serverMessage } from '../../../support/dhcp-builders.ts';

function optionOf(vendorClass: string, code: number): Uint8Array | undefined {
  const { dhcp } = modemProfile({ crypto: portableCrypto, class: vendorClass });
  return dhcp.options.find((option) => option.code === code)?.octets;
}

describe('what a modem says in DHCP', () => {
  test('from 3.0 nothing follows the colon of option 60, and option 125 has the capabilities', () => {
    expect(latin1Text(optionOf('docsis3.1:', Option.vendorClass)!)).toBe('docsis3.1:');
    const option125 = optionOf('docsis3.1:', Option.vendorSpecific)!;
    expect(asksCableLabs(option125, 2)).toBe(true);
    expect(suboption(option125.subarray(5), 5)?.subarray(3, 6)).toEqual(Uint8Array.of(2, 1, 4));
  });

  test('up to 2.0 the capabilities follow it as hex digits, TLV 5 whole', () => {
    expect(latin1Text(optionOf('docsis2.0:', Option.vendorClass)!)).toMatch(/^docsis2\.0:051b010101020102/);
    expect(optionOf('docsis2.0:', Option.vendorSpecific)).toBeUndefined();
  });

  test('a class without its colon stays as a person wrote it', () => {
    expect(latin1Text(optionOf('docsis2.0', Option.vendorClass)!)).toBe('docsis2.0');
  });

  test('option 43 has the serial number and the OUI of each modem', () => {
    const profile = modemProfile({ crypto: portableCrypto });
    const of = (text: string) => new CableModem({ mac: mac(text), profile, random: new Random(1) }).vendor;
    const first = of('00:10:18:00:00:0a').slice();
    expect(latin1Text(suboption(first, 4)!)).toBe('00101800000A');
    expect(latin1Text(suboption(of('fc:00:00:00:00:01'), 8)!)).toBe('FC0000');
    expect(latin1Text(suboption(first, 2)!)).toBe('ECM');
  });
});

describe('which offer a modem takes', () => {
  const servers = { code: Option.vendorSpecific, octets: tftpServersOption([ip('10.0.0.69')]) };
  test.each([
    { name: 'siaddr and file', fields: { siaddr: ip('10.0.0.69'), file: 'a' }, rule: undefined },
    { name: 'no siaddr', fields: { file: 'a' }, rule: MODEM.noTftpServer },
    { name: 'no siaddr but option 125', fields: { file: 'a', options: [servers] }, rule: undefined },
    {
      name: 'no siaddr but option 125, for a 2.0',
      class: 'docsis2.0:',
      fields: { file: 'a', options: [servers] },
      rule: MODEM.noTftpServer,
    },
    { name: 'no file', fields: { siaddr: ip('10.0.0.69'), file: '' }, rule: MODEM.noBootFile },
  ])('$name', ({ class: vendorClass, fields, rule }) => {
    const { judge } = modemProfile({ crypto: portableCrypto, class: vendorClass }).dhcp;
    const file = Uint8Array.from(fields.file, (c) => c.charCodeAt(0));
    const offer = serverMessage('offer', clientMessage('discover'), { ...fields, file });
    expect(judge.refuses(decodeMessage(offer))).toBe(rule);
  });
});

describe('back-off', () => {
  const contention = { opportunityUs: 1000, backoffStart: 2, backoffEnd: 4 };
  test.each([
    { tries: 0, window: 4 },
    { tries: 1, window: 8 },
    { tries: 2, window: 16 },
    { tries: 9, window: 16 },
  ])('after $tries tries one of $window opportunities, none of which has begun', ({ tries, window }) => {
    const drawn = new Set<number>();
    const random = new Random(1);
    for (let draw = 0; draw < 500; draw++)
      drawn.add(contentionAt(toInstant(5000), tries, contention, random));
    expect([...drawn].sort((a, b) => a - b)).toEqual(
      Array.from({ length: window }, (_, index) => 6000 + index * 1000),
    );
  });
});
