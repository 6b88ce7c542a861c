import { describe, expect, test } from 'vitest';
import { encodeResponse } from '../../../../src/codec/http.ts';
import { Flag } from '../../../../src/codec/dns/header.ts';
import { decodeMessage, encodeMessage } from '../../../../src/codec/dns/message.ts';
import { toName } from '../../../../src/codec/dns/name.ts';
import { Class, Rcode, Type } from '../../../../src/codec/dns/registry.ts';
import { after, SECOND } from '../../../../src/core/time.ts';
import { utf8Octets, utf8Text } from '../../../../src/core/text.ts';
import type { ProbeSpec } from '../../../../src/policy/dns/check.ts';
import { Bench, HTTP, LOCAL, START, TARGET, watch } from '../../../support/probe-bench.ts';

describe('rule 7: what is a good answer', () => {
  test('TCP: that a connection can be made, and it is closed', () => {
    const bench = new Bench(watch({ kind: 'tcp', to: TARGET, connectUs: 10 * SECOND }));
    bench.wake(START);
    bench.open(after(START, 5_000));
    expect(bench.last).toMatchObject({ isUp: true, reason: 'connected' });
    expect(bench.effects.words()).toContain('close');
  });

  test.each([
    { name: '200', text: 'HTTP/1.1 200 OK\r\n', isUp: true, reason: 'HTTP 200' },
    { name: '302', text: 'HTTP/1.1 302 Found\r\n', isUp: true, reason: 'HTTP 302' },
    { name: '404', text: 'HTTP/1.1 404 Not Found\r\n', isUp: false, reason: 'HTTP 404' },
    { name: '503', text: 'HTTP/1.1 503 Down\r\n', isUp: false, reason: 'HTTP 503' },
    {
      name: 'no HTTP',
      text: '220 ftp ready\r\n',
      isUp: false,
      reason: 'no HTTP: malformed at octet 0: status-line',
    },
  ])('HTTP $name', ({ text, isUp, reason }) => {
    const bench = new Bench(watch(HTTP));
    bench.wake(START);
    bench.open(START);
    expect(utf8Text(bench.effects.last('write').octets)).toMatch(
      /^GET \/ HTTP\/1\.1\r\nHost: www\.lab\.example\r\n/,
    );
    bench.give(utf8Octets(`${text}Content-Length: 0\r\n\r\n`), START);
    expect(bench.last).toMatchObject({ isUp, reason });
    expect(bench.prober.deadline()).toBeGreaterThan(START);
  });

  test.each([
    { name: 'it is there', body: 'all is well', isUp: true },
    { name: 'in other letters', body: 'all is WELL', isUp: false },
    { name: 'it ends at octet 5,120', body: `${'x'.repeat(5_116)}well`, isUp: true },
    { name: 'it ends at octet 5,121', body: `${'x'.repeat(5_117)}well`, isUp: false },
  ])('the text: $name', ({ body, isUp }) => {
    const bench = new Bench(watch({ ...HTTP, expects: utf8Octets('well') }));
    bench.wake(START);
    bench.open(START);
    const answer = encodeResponse({ status: 200, body: utf8Octets(body) });
    bench.give(answer.subarray(0, 30), START);
    bench.give(answer.subarray(30), START);
    expect(bench.last?.isUp).toBe(isUp);
  });

  test('the text on a connection that the server ends', () => {
    const bench = new Bench(watch({ ...HTTP, expects: utf8Octets('well') }));
    bench.wake(START);
    bench.open(START);
    bench.give(utf8Octets('HTTP/1.0 200 OK\r\n\r\nall is w'), START);
    bench.end('closed', START);
    expect(bench.last).toMatchObject({ isUp: false, reason: 'HTTP 200, the text is not there' });
  });

  test('HTTPS names the server, without its port, and no address', () => {
    for (const [host, serverName] of [
      ['www.lab.example:8443', 'www.lab.example'],
      ['10.0.0.80:443', undefined],
      ['[2001:db8::1]:443', undefined],
    ] as const) {
      const bench = new Bench(watch({ ...HTTP, isTls: true, host }));
      bench.wake(START);
      expect(bench.effects.last('connect').tls).toEqual({ serverName });
    }
  });

  test.each([
    {
      name: 'refused',
      act: (bench: Bench) => bench.end('reset', START),
      reason: 'connection refused or lost',
    },
    {
      name: 'cut before an answer',
      act: (bench: Bench) => (bench.open(START), bench.end('reset', START)),
      reason: 'connection reset',
    },
    {
      name: 'closed before an answer',
      act: (bench: Bench) => (bench.open(START), bench.end('closed', START)),
      reason: 'closed without an answer',
    },
  ])('$name', ({ act, reason }) => {
    const bench = new Bench(watch(HTTP));
    bench.wake(START);
    act(bench);
    expect(bench.last).toMatchObject({ isUp: false, reason });
  });
});

describe('rule 7: how long each step may take', () => {
  test.each([
    {
      name: 'TCP connect: 10 s',
      probe: { kind: 'tcp', to: TARGET, connectUs: 10 * SECOND },
      seconds: 10,
      reason: 'connect timed out',
    },
    { name: 'HTTP connect: 4 s', probe: HTTP, seconds: 4, reason: 'connect timed out' },
  ] as const)('$name', ({ probe, seconds, reason }) => {
    const bench = new Bench(watch(probe));
    bench.wake(START);
    expect(bench.prober.deadline()).toBe(after(START, seconds * SECOND));
    bench.wake();
    expect(bench.last?.reason).toBe(reason);
    expect(bench.effects.words()).toContain('reset');
  });

  test('2 s from the connection to the status, 2 s more to the text', () => {
    const bench = new Bench(watch({ ...HTTP, expects: utf8Octets('well') }));
    bench.wake(START);
    const opened = after(START, 3 * SECOND);
    bench.open(opened);
    expect(bench.prober.deadline()).toBe(after(opened, 2 * SECOND));
    const answered = after(opened, SECOND);
    bench.give(utf8Octets('HTTP/1.1 200 OK\r\n\r\nal'), answered);
    expect(bench.prober.deadline()).toBe(after(answered, 2 * SECOND));
    bench.give(utf8Octets('l is'), after(answered, SECOND));
    expect(bench.prober.deadline()).toBe(after(answered, 2 * SECOND));
    bench.wake();
    expect(bench.last?.reason).toBe('no text in time');
  });
});

describe('UDP and DNS', () => {
  const udp: ProbeSpec = {
    kind: 'udp',
    to: TARGET,
    send: utf8Octets('ping'),
    expects: utf8Octets('pong'),
    answerUs: SECOND,
  };

  test.each([
    { name: 'the text', answer: 'a pong', from: TARGET, sight: { isUp: true, reason: 'with the text' } },
    {
      name: 'another text',
      answer: 'a ping',
      from: TARGET,
      sight: { isUp: false, reason: 'the text is not there' },
    },
    { name: 'from somewhere else: not heard', answer: 'a pong', from: LOCAL, sight: undefined },
  ])('UDP: $name', ({ answer, from, sight }) => {
    const bench = new Bench(watch(udp));
    bench.wake(START);
    expect(utf8Text(bench.effects.last('send').octets)).toBe('ping');
    bench.answer(utf8Octets(answer), from, START);
    if (sight === undefined) expect(bench.last).toBeUndefined();
    else expect(bench.last).toMatchObject(sight);
  });

  test('UDP: nobody there, and no answer', () => {
    const bench = new Bench(watch(udp));
    bench.wake(START);
    const { port } = bench.effects.last('send');
    bench.prober.unreachable({ kind: 'unreachable', reason: 'port', port, to: TARGET }, START, bench.effects);
    expect(bench.last?.reason).toBe('port unreachable');
    expect(bench.effects.last('release').port).toBe(port);
    bench.wake();
    bench.wake();
    expect(bench.last?.reason).toBe('no answer in time');
  });

  const dns: ProbeSpec = {
    kind: 'dns',
    to: TARGET,
    qname: toName('www.lab.example'),
    qtype: Type.A,
    expects: Uint8Array.of(192, 0, 2, 7),
    answerUs: SECOND,
  };
  test.each([
    {
      name: 'the data',
      last: 7,
      rcode: Rcode.NOERROR,
      idPlus: 0,
      sight: { isUp: true, reason: 'A answered' },
    },
    {
      name: 'other data',
      last: 8,
      rcode: Rcode.NOERROR,
      idPlus: 0,
      sight: { isUp: false, reason: 'other data than expected' },
    },
    {
      name: 'SERVFAIL',
      last: 7,
      rcode: Rcode.SERVFAIL,
      idPlus: 0,
      sight: { isUp: false, reason: 'SERVFAIL' },
    },
    { name: 'another id: not heard', last: 7, rcode: Rcode.NOERROR, idPlus: 1, sight: undefined },
  ])('DNS: $name', ({ last, rcode, idPlus, sight }) => {
    const bench = new Bench(watch(dns));
    bench.wake(START);
    const asked = decodeMessage(bench.effects.last('send').octets);
    const record = {
      owner: dns.qname,
      type: Type.A,
      class: Class.IN,
      ttl: 60,
      rdata: Uint8Array.of(192, 0, 2, last),
    };
    const answers = rcode === Rcode.NOERROR ? [record] : [];
    const reply = {
      ...asked,
      id: (asked.id + idPlus) & 0xffff,
      flags: asked.flags | Flag.QR,
      rcode,
      answers,
    };
    bench.answer(encodeMessage(reply), TARGET, START);
    if (sight === undefined) expect(bench.last).toBeUndefined();
    else expect(bench.last).toMatchObject(sight);
  });

  test('DNS: octets that are none', () => {
    const bench = new Bench(watch(dns));
    bench.wake(START);
    bench.answer(utf8Octets('x'), TARGET, START);
    expect(bench.last?.reason).toMatch(/^no DNS: truncated/);
  });
});
