import { describe, expect, test } from 'vitest';
import { TcpFlag } from '../../../../src/codec/frame/tcp.ts';
import { latin1Octets, latin1Text } from '../../../../src/core/text.ts';
import type { NatOptions } from '../../../../src/engine/net/nat.ts';
import { end, list, NAT, RouterBench } from '../../../support/router-bench.ts';

const { ack: ACK, fin: FIN, psh: PSH, syn: SYN } = TcpFlag;
const OUTER = '198.51.100.1';

describe('the helper for FTP', () => {
  const CONTROL = '10.8.0.10:5000';
  const FTP = '192.0.2.21:21';

  function connected(helpers: readonly ('ftp' | 'tftp')[]): RouterBench {
    const made = new RouterBench({ nat: { ...NAT, filter: 'address-and-port' }, helpers });
    made.out(CONTROL, FTP, { protocol: 'tcp', flags: SYN, sequence: 1000 });
    made.in(FTP, `${OUTER}:5000`, {
      protocol: 'tcp',
      flags: SYN | ACK,
      sequence: 2000,
      acknowledgment: 1001,
    });
    return made;
  }

  test('PORT says the outer address, and the server may come', () => {
    const made = connected(['ftp']);
    const port = made.out(CONTROL, FTP, { ...says('PORT 10,8,0,10,156,64'), sequence: 1001 });
    expect(latin1Text(port.octets)).toBe('PORT 198,51,100,1,156,64\r\n');
    expect(port.rules).toEqual(['NAT-003', 'NAT-011']);
    const data = made.in('192.0.2.21:20', `${OUTER}:40000`, { protocol: 'tcp', flags: SYN });
    expect(data).toMatchObject({ onward: '192.0.2.21:20 > 10.8.0.10:40000' });
    expect(data.rules).toContain('FW-013');
  });

  test('what the text grew moves the numbers of what follows, both ways, and a repetition is changed as before', () => {
    const made = connected(['ftp']);
    const line = says('PORT 10,8,0,10,156,64');
    const grown = 'PORT 198,51,100,1,156,64\r\n'.length - 'PORT 10,8,0,10,156,64\r\n'.length;
    const end_ = 1001 + 'PORT 10,8,0,10,156,64\r\n'.length;
    for (let sending = 0; sending < 2; sending++) {
      const port = made.out(CONTROL, FTP, { ...line, sequence: 1001, acknowledgment: 2001 });
      expect([port.sequence, latin1Text(port.octets)]).toEqual([1001, 'PORT 198,51,100,1,156,64\r\n']);
    }
    const reply = made.in(FTP, `${OUTER}:5000`, {
      ...says('200 noted'),
      sequence: 2001,
      acknowledgment: end_ + grown,
    });
    expect([reply.sequence, reply.acknowledgment]).toEqual([2001, end_]);
    const next = made.out(CONTROL, FTP, { ...says('RETR a'), sequence: end_, acknowledgment: 2012 });
    expect([next.sequence, next.acknowledgment]).toEqual([end_ + grown, 2012]);
  });

  test.each([
    { form: 'EPRT |1|10.8.0.10|40000|', becomes: 'EPRT |1|198.51.100.1|40000|\r\n' },
    { form: 'eprt !1!10.8.0.10!40000!', becomes: 'eprt |1|198.51.100.1|40000|\r\n' },
    { form: 'port 10,8,0,10,156,64', becomes: 'port 198,51,100,1,156,64\r\n' },
  ])('$form becomes $becomes', ({ form, becomes }) => {
    const result = connected(['ftp']).out(CONTROL, FTP, { ...says(form), sequence: 1001 });
    expect(latin1Text(result.octets)).toBe(becomes);
  });

  test.each([
    { name: 'another host’s address', line: 'PORT 10,8,0,11,156,64' },
    { name: 'a well-known port', line: 'PORT 10,8,0,10,0,25' },
  ])('opens no door for $name: RFC 2577 §3', ({ line }) => {
    const made = connected(['ftp']);
    const result = made.out(CONTROL, FTP, { ...says(line), sequence: 1001 });
    expect(result.rules).toEqual(['NAT-003', 'FW-015']);
    expect(latin1Text(result.octets)).toBe(`${line}\r\n`);
    expect(
      made.in('192.0.2.21:20', `${OUTER}:40000`, { protocol: 'tcp', flags: SYN }).onward,
    ).toBeUndefined();
  });

  test('without it an inner address goes out, and it is said', () => {
    const made = connected([]);
    const result = made.out(CONTROL, FTP, { ...says('PORT 10,8,0,10,156,64'), sequence: 1001 });
    expect(result).toMatchObject({ rules: ['NAT-003', 'NAT-012'] });
    expect(latin1Text(result.octets)).toBe('PORT 10,8,0,10,156,64\r\n');
  });

  test('a server behind NAT says its outer address in 227, and its clients may come', () => {
    const forwards: NatOptions['forwards'] = [
      { protocol: 'tcp', outer: end(`${OUTER}:21`), inner: end('10.8.0.21:21') },
    ];
    const made = new RouterBench({ nat: { ...NAT, forwards }, helpers: ['ftp'] });
    made.in('192.0.2.9:999', `${OUTER}:21`, { protocol: 'tcp', flags: SYN });
    made.out('10.8.0.21:21', '192.0.2.9:999', { protocol: 'tcp', flags: SYN | ACK });
    const reply = made.out(
      '10.8.0.21:21',
      '192.0.2.9:999',
      says('227 Entering Passive Mode (10,8,0,21,195,80)'),
    );
    expect(latin1Text(reply.octets)).toBe('227 Entering Passive Mode (198,51,100,1,195,80)\r\n');
    const data = made.in('192.0.2.9:1000', `${OUTER}:50000`, { protocol: 'tcp', flags: SYN });
    expect(data.onward).toBe('192.0.2.9:1000 > 10.8.0.21:50000');
  });

  test('a port that nobody comes for is given back after a minute', () => {
    const made = connected(['ftp']);
    made.out(CONTROL, FTP, { ...says('PORT 10,8,0,10,156,64'), sequence: 1001 });
    expect(made.tables()).toMatchObject({ ports_used: 2 });
    made.pass(61);
    expect(made.tables()).toMatchObject({ ports_used: 1 });
  });

  test('who asks for door after door gets a thousand, and holds no more outer ports than these', () => {
    const made = connected(['ftp']);
    const ask = (index: number) =>
      made.out(CONTROL, FTP, {
        ...says(`PORT 10,8,0,10,${128 + (index >> 8)},${index & 255}`),
        sequence: 1001 + index * 40,
      });
    for (let index = 0; index < 1_024; index++) ask(index);
    expect(made.tables()).toMatchObject({ ports_used: 1_025 });
    expect(ask(1_024)).toMatchObject({ rules: ['NAT-003', 'FW-019'] });
    expect(made.tables()).toMatchObject({ ports_used: 1_025 });
    made.pass(61);
    expect(made.tables()).toMatchObject({ ports_used: 1 });
  });

  test('a firewall without NAT opens the door for passive mode too', () => {
    const made = new RouterBench({
      stateful: true,
      helpers: ['ftp'],
      in: list('in', 'permit tcp any any eq ftp'),
    });
    made.out(CONTROL, FTP, { protocol: 'tcp', flags: SYN });
    made.in(FTP, CONTROL, { protocol: 'tcp', flags: SYN | ACK });
    expect(made.in(FTP, CONTROL, says('229 Entering Extended Passive Mode (|||50001|)')).rules).toEqual([
      'FW-006',
      'FW-014',
    ]);
    expect(made.out('10.8.0.10:5001', '192.0.2.21:50001', { protocol: 'tcp', flags: SYN }).rules).toEqual([
      'FW-013',
      'FW-005',
    ]);
    expect(made.out('10.8.0.10:5002', '192.0.2.21:50002', { protocol: 'tcp', flags: SYN }).rules).toEqual([
      'FW-003',
    ]);
  });

  test('with NAT in between as well, passive mode still leaves by the outer address', () => {
    const made = connected(['ftp']);
    made.in(FTP, `${OUTER}:5000`, {
      ...says('227 Entering Passive Mode (192,0,2,21,195,80)'),
      sequence: 2001,
    });
    const data = made.out('10.8.0.10:5001', '192.0.2.21:50000', { protocol: 'tcp', flags: SYN });
    expect(data.onward).toBe(`${OUTER}:5001 > 192.0.2.21:50000`);
    const back = made.in('192.0.2.21:50000', `${OUTER}:5001`, { protocol: 'tcp', flags: FIN | ACK });
    expect(back.onward).toBe('192.0.2.21:50000 > 10.8.0.10:5001');
  });
});

/** A line of a control connection. */
function says(line: string) {
  return {
    protocol: 'tcp' as const,
    flags: PSH | ACK,
    octets: latin1Octets(`${line}\r\n`) ?? new Uint8Array(0),
  };
}
