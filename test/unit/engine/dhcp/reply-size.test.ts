import { beforeEach, describe, expect, it } from 'vitest';
import { decodeMessage } from '../../../../src/codec/dhcp/message.ts';
import { DHCP } from '../../../../src/core/rules/dhcp.ts';
import { option } from '../../../support/dhcp-builders.ts';
import { effects, hear, make, optionOf, reply } from '../../../support/dhcp-server.ts';

/** Three options of 200 octets: more than a reply of 576 octets has room for, and less than an Ethernet frame. */
const LONG = [224, 225, 226].map((code) => ({ code, octets: new Uint8Array(200).fill(code) }));
const ASKED = option(55, 1, 3, 224, 225, 226);

/** Circuit ids of 253 octets, one after the other. */
const relayAgent = (count: number) =>
  option(82, ...Array.from({ length: count }, () => [1, 253, ...new Array<number>(253).fill(7)]).flat());

beforeEach(() => make([{ options: LONG, provisions: [] }]));

describe('RFC 2131 §4.1: what a client takes', () => {
  it('without option 57 is 576 octets, IP and UDP counted: the last options are left out, and said so', () => {
    hear('discover', { options: [ASKED] });
    expect(effects.rules()).toContain(DHCP.optionsLeftOut.id);
    expect(effects.last('send').octets.length).toBeLessThanOrEqual(576 - 28);
    expect([optionOf(1), optionOf(224) !== undefined, optionOf(226)]).toEqual([
      '255.255.192.0',
      true,
      undefined,
    ]);
  });

  it('by option 57 is as long as the client says', () => {
    hear('discover', { options: [ASKED, option(57, 0x05, 0xdc)] });
    expect(effects.rules()).not.toContain(DHCP.optionsLeftOut.id);
    expect(LONG.every(({ code }) => optionOf(code) !== undefined)).toBe(true);
  });

  it('is never less than 576, whatever option 57 says', () => {
    hear('discover', { options: [ASKED, option(57, 0, 64)] });
    expect(reply().options.length).toBeGreaterThan(5);
  });
});

describe('RFC 3046 §2.2: option 82 goes back', () => {
  it('whole, when it is long', () => {
    const long = relayAgent(3);
    hear('discover', { options: [long] });
    expect(effects.rules()).not.toContain(DHCP.relayAgentTooLong.id);
    expect(decodeMessage(effects.last('send').octets).option(82)).toEqual(long.octets);
  });

  it('not at all, when it is too long: the reply goes without and says so', () => {
    hear('discover', { options: [relayAgent(4)] });
    expect(effects.rules()).toContain(DHCP.relayAgentTooLong.id);
    expect([reply().type, optionOf(82)]).toEqual(['OFFER', undefined]);
  });
});
