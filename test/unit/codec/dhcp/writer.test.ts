import { describe, expect, it } from 'vitest';
import { latin1Octets } from '../../../../src/core/text.ts';
import { decodeMessage } from '../../../../src/codec/dhcp/message.ts';
import { DhcpWriter } from '../../../../src/codec/dhcp/writer.ts';
import { CLIENT_MAC, option, clientMessage, ip } from '../../../support/dhcp-builders.ts';

function write(writer: DhcpWriter): Uint8Array {
  writer.start(2, 548, 4);
  writer.answer(decodeMessage(clientMessage('discover', { giaddr: ip('10.9.0.1'), flags: 0x8000, secs: 9 })));
  writer.yiaddr = ip('10.9.16.1');
  writer.file = latin1Octets('gold.cm')!;
  writer.u8(53, 2);
  writer.ips(6, [ip('10.0.0.53'), ip('10.0.0.54')]);
  writer.u16(26, 1500);
  writer.u32(51, 0xffff_ffff);
  writer.finish(Uint8Array.of(1, 2, 7, 7));
  return writer.written().slice();
}

describe('a writer used again', () => {
  it('leaves no octet of what was there before', () => {
    const writer = new DhcpWriter();
    const clean = write(writer);
    writer.octets.fill(0xaa);
    expect(write(writer)).toEqual(clean);
  });

  it('takes over what a reply must: xid, flags, giaddr, chaddr, not secs, hops, ciaddr', () => {
    const message = decodeMessage(write(new DhcpWriter()));
    expect([message.xid, message.flags, message.giaddr, message.chaddrMac]).toEqual([
      0x1234_5678,
      0x8000,
      ip('10.9.0.1'),
      CLIENT_MAC,
    ]);
    expect([message.secs, message.hops, message.ciaddr]).toEqual([0, 0, ip('0.0.0.0')]);
  });

  it('counts what fits nowhere and keeps room for option 82', () => {
    const writer = new DhcpWriter().start(2, 548, 200);
    writer.file = latin1Octets('gold.cm')!;
    writer.sname = latin1Octets('server')!;
    expect(writer.option(17, new Uint8Array(90))).toBe(true);
    expect(writer.option(15, new Uint8Array(20))).toBe(false);
    expect(writer.refused).toBe(1);
    expect(writer.finish(new Uint8Array(200))).toBeLessThanOrEqual(548);
    expect(decodeMessage(writer.written()).codes()).toEqual([17, 82]);
  });

  it.each([
    { name: 'in one part', options: [option(61, 1, 2, 3)] },
    { name: 'in two, which become one', options: [option(61, 1, 2), option(61, 3)] },
  ])('an option of a message is sent back as it came: $name', ({ options }) => {
    const writer = new DhcpWriter().start(2);
    expect(writer.echo(61, decodeMessage(clientMessage('discover', { options })))).toBe(true);
    writer.finish();
    expect(decodeMessage(writer.written()).option(61)).toEqual(Uint8Array.of(1, 2, 3));
  });

  it('what a message does not have is not sent back', () => {
    const writer = new DhcpWriter().start(2);
    expect(writer.echo(61, decodeMessage(clientMessage('discover')))).toBe(false);
    writer.finish();
    expect(decodeMessage(writer.written()).codes()).toEqual([]);
    expect(writer.refused).toBe(0);
  });

  it('more than 63 addresses go in parts', () => {
    const writer = new DhcpWriter().start(2, 1472);
    const addresses = Array.from({ length: 70 }, (_, index) => ip(`10.0.0.${index}`));
    expect(writer.ips(4, addresses)).toBe(true);
    writer.finish();
    expect(decodeMessage(writer.written()).option(4)).toHaveLength(280);
  });
});
