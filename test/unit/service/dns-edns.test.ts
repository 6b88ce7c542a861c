import { describe, expect, test } from 'vitest';
import { toHex } from '../../../src/core/bytes.ts';
import { SECOND, type Instant, toInstant } from '../../../src/core/time.ts';
import { parsePrefix } from '../../../src/core/address.ts';
import { utf8Octets } from '../../../src/core/text.ts';
import { Flag } from '../../../src/codec/dns/header.ts';
import { frameMessage } from '../../../src/codec/dns/frame.ts';
import { type DnsMessage, decodeMessage, encodeMessage } from '../../../src/codec/dns/message.ts';
import { rcodeName } from '../../../src/codec/dns/registry.ts';
import { portableCrypto } from '../../../src/crypto/portable.ts';
import { DEFAULT_RATES } from '../../../src/engine/dns/response-rates.ts';
import { AccessList } from '../../../src/store/access.ts';
import type { DnsServiceOptions } from '../../../src/service/dns.ts';
import { CLIENT, SERVER, ask, datagram, query } from '../../support/dns-client.ts';
import { labServer } from '../../support/dns-zones.ts';
import { RecordingEffects } from '../../support/recording-effects.ts';

const edns = (...options: { code: number; octets: Uint8Array }[]) => ({
  payloadOctets: 1232,
  version: 0,
  flags: 0,
  options,
});
const option = (code: number, ...octets: number[]) => ({ code, octets: Uint8Array.from(octets) });
const CLIENT_COOKIE = option(10, 1, 2, 3, 4, 5, 6, 7, 8);
const COOKIES = {
  secrets: [new Uint8Array(16)],
  draw: () => new Uint8Array(16),
  sipHash24: portableCrypto.sipHash24,
  epoch: { us: 0 },
};

/** The options of a reply as `code: hex`. */
function optionsOf(reply: DnsMessage | undefined): string[] | undefined {
  return reply?.edns?.options.map(({ code, octets }) => `${code}: ${toHex(octets)}`);
}

describe('extended errors: RFC 8914', () => {
  const outside = new AccessList([{ verdict: 'allow', prefix: parsePrefix('192.0.2.0/24')! }]);
  test.each([
    {
      name: 'no zone here',
      ask: 'www.example.com A',
      rcode: 'REFUSED',
      code: '15: 0014',
      rule: 'HE-DNS-013',
    },
    {
      name: 'a client that may not ask',
      ask: 'portal.lab.example A',
      change: { allowQuery: outside },
      rcode: 'REFUSED',
      code: '15: 0012',
      rule: 'HE-DNS-024',
    },
    {
      name: 'a transfer over UDP',
      ask: 'lab.example AXFR',
      rcode: 'NOTIMP',
      code: '15: 0015',
      rule: 'HE-DNS-017',
    },
  ])('$name', ({ ask: question, change, rcode, code, rule }) => {
    const [qname = '', qtype = ''] = question.split(' ');
    const service = labServer(change);
    const message = query(qname, qtype, { edns: edns() });
    const reply = ask(service, message);
    expect(rcodeName(reply?.rcode ?? -1)).toBe(rcode);
    expect(optionsOf(reply)).toEqual([code]);
    expect(datagram(service, encodeMessage(message)).rules()).toEqual([rule]);
    expect(ask(service, { ...message, edns: undefined })?.edns).toBeUndefined();
  });
});

describe('which server this is: RFC 5001', () => {
  const service = labServer({ nsid: utf8Octets('ns1') });
  test('told to who asks', () => {
    expect(optionsOf(ask(service, query('portal.lab.example', 'A', { edns: edns(option(3)) })))).toEqual([
      '3: 6e7331',
    ]);
  });
  test('and to nobody else', () => {
    expect(optionsOf(ask(service, query('portal.lab.example', 'A', { edns: edns() })))).toEqual([]);
    expect(optionsOf(ask(labServer(), query('portal.lab.example', 'A', { edns: edns(option(3)) })))).toEqual(
      [],
    );
  });
});

/** The first option of a reply, a cookie's. */
const given = (reply: DnsMessage | undefined) => reply?.edns?.options[0]?.octets ?? new Uint8Array(0);

describe('cookies: RFC 7873 §5.2', () => {
  const service = labServer({ cookies: COOKIES });
  const asked = (cookie: { code: number; octets: Uint8Array }, change: Partial<DnsMessage> = {}) =>
    ask(service, query('portal.lab.example', 'A', { edns: edns(cookie), ...change }));

  test('a client’s cookie comes back with one of ours, which is good from then on', () => {
    const reply = asked(CLIENT_COOKIE);
    expect(reply?.answers.length).toBe(1);
    expect(given(reply).length).toBe(24);
    expect(given(reply).subarray(0, 8)).toEqual(CLIENT_COOKIE.octets);
    const again = asked({ code: 10, octets: given(reply) }, { questions: [] });
    expect(rcodeName(again?.rcode ?? -1)).toBe('NOERROR');
  });

  test.each([
    { name: 'a client’s alone', octets: 8, rcode: 'NOERROR' },
    { name: 'a server’s that is wrong', octets: 24, rcode: 'BADCOOKIE' },
  ])('no question, $name: $rcode (§5.4)', ({ octets, rcode }) => {
    const reply = asked({ code: 10, octets: new Uint8Array(octets) }, { questions: [] });
    expect(rcodeName(reply?.rcode ?? -1)).toBe(rcode);
    expect(given(reply).length).toBe(24);
    expect(reply?.questions).toEqual([]);
  });

  test('a server’s that is wrong is no reason not to answer (§5.2.4)', () => {
    const reply = asked({ code: 10, octets: new Uint8Array(24) });
    expect([rcodeName(reply?.rcode ?? -1), reply?.answers.length]).toEqual(['NOERROR', 1]);
  });

  test.each([0, 7, 9, 15, 41])('%i octets are FORMERR (§5.2.2)', (length) => {
    expect(rcodeName(asked({ code: 10, octets: new Uint8Array(length) })?.rcode ?? -1)).toBe('FORMERR');
  });

  test('of several the first counts', () => {
    const reply = ask(
      service,
      query('portal.lab.example', 'A', { edns: edns(CLIENT_COOKIE, option(10, 1)) }),
    );
    expect(given(reply).subarray(0, 8)).toEqual(CLIENT_COOKIE.octets);
  });

  test('no question and no cookie is FORMERR, also where cookies are off', () => {
    const bare = query('.', 'A', { questions: [] });
    expect(rcodeName(ask(service, bare)?.rcode ?? -1)).toBe('FORMERR');
    const cookie = { ...bare, edns: edns(CLIENT_COOKIE) };
    expect(rcodeName(ask(labServer(), cookie)?.rcode ?? -1)).toBe('FORMERR');
  });

  test('where they are wanted: BADCOOKIE with a good one, an answer with it, and TC for who has none', () => {
    const strict = labServer({ cookies: COOKIES, wantsCookie: true });
    const first = ask(strict, query('portal.lab.example', 'A', { edns: edns(CLIENT_COOKIE) }));
    expect([rcodeName(first?.rcode ?? -1), first?.answers.length]).toEqual(['BADCOOKIE', 0]);
    const good = { code: 10, octets: given(first) };
    const second = ask(strict, query('portal.lab.example', 'A', { edns: edns(good) }));
    expect([rcodeName(second?.rcode ?? -1), second?.answers.length]).toEqual(['NOERROR', 1]);
    const plain = ask(strict, query('portal.lab.example', 'A'));
    expect([(plain?.flags ?? 0) & Flag.TC, plain?.answers.length]).toEqual([Flag.TC, 0]);
    expect(overStream(strict, query('portal.lab.example', 'A'))?.answers.length).toBe(1);
  });
});

/** The reply over a stream to `port`. */
function overStream(
  service: ReturnType<typeof labServer>,
  message: DnsMessage,
  port = 53,
): DnsMessage | undefined {
  const written = writtenOver(service, message, port);
  return written && decodeMessage(written.subarray(2));
}

function writtenOver(service: ReturnType<typeof labServer>, message: DnsMessage, port: number) {
  const effects = new RecordingEffects();
  const stream = { kind: 'stream', stream: 7 } as const;
  const now = toInstant(0);
  service.handle({ ...stream, event: 'opened', local: { ...SERVER, port }, peer: CLIENT }, now, effects);
  service.handle({ ...stream, event: 'octets', octets: frameMessage(encodeMessage(message)) }, now, effects);
  return effects.of('write')[0]?.octets;
}

describe('padding: RFC 7830, RFC 8467', () => {
  const service = labServer({ tlsPort: 853 });
  const padded = (qname: string) => query(qname, 'A', { edns: edns(option(12, 0, 0, 0)) });

  test.each(['portal.lab.example', 'nowhere.lab.example', 'www.example.com'])(
    'over TLS a reply fills blocks of 468 octets: %s',
    (qname) => {
      const written = writtenOver(service, padded(qname), 853);
      expect(((written?.length ?? 1) - 2) % 468).toBe(0);
      expect(decodeMessage(written!.subarray(2)).edns?.options.at(-1)?.code).toBe(12);
    },
  );

  test.each([
    { name: 'over TCP', port: 53, message: padded('portal.lab.example') },
    {
      name: 'over TLS, for a client that does not pad',
      port: 853,
      message: query('portal.lab.example', 'A', { edns: edns() }),
    },
  ])('none $name', ({ port, message }) => {
    expect(optionsOf(overStream(service, message, port))).toEqual([]);
  });

  test('without a port for TLS nobody is heard there', () => {
    expect(overStream(labServer(), padded('portal.lab.example'), 853)).toBeUndefined();
  });
});

const names = (...list: string[]) => list.map((qname) => query(qname, 'A'));

describe('response rate limiting', () => {
  const change: Partial<DnsServiceOptions> = { rates: { ...DEFAULT_RATES, perSecond: 3, flowsMax: 64 } };

  /** What became of each query: answered, TC, or silence. */
  function fates(
    messages: readonly DnsMessage[],
    service = labServer(change),
    now: Instant = toInstant(0),
  ): string {
    return messages
      .map((message) => {
        const effects = new RecordingEffects();
        const octets = encodeMessage(message);
        service.handle(
          { kind: 'datagram', octets, from: CLIENT, to: SERVER, via: 0, hardware: undefined },
          now,
          effects,
        );
        const [sent] = effects.of('send');
        if (sent === undefined) return '-';
        return (decodeMessage(sent.octets).flags & Flag.TC) !== 0 ? 'T' : 'a';
      })
      .join('');
  }
  const many = (count: number, qname: (index: number) => string) =>
    names(...Array.from({ length: count }, (_, index) => qname(index)));

  test.each([
    { name: 'the same question', asked: many(8, () => 'portal.lab.example'), seen: 'aaa-T-T-' },
    {
      name: 'different names that exist',
      asked: names(
        'portal.lab.example',
        'ns1.lab.example',
        'mail.lab.example',
        'many.lab.example',
        'host.new.lab.example',
      ),
      seen: 'aaaaa',
    },
    {
      name: 'different names of one wildcard',
      asked: many(5, (n) => `x${n}.wild.lab.example`),
      seen: 'aaa-T',
    },
    {
      name: 'different names that do not exist',
      asked: many(5, (n) => `none${n}.lab.example`),
      seen: 'aaa-T',
    },
    { name: 'different names of no zone here', asked: many(5, (n) => `none${n}.example.com`), seen: 'aaa-T' },
    {
      name: 'different names below one cut',
      asked: many(5, (n) => `none${n}.sub.lab.example`),
      seen: 'aaa-T',
    },
  ])('$name: $seen', ({ asked, seen }) => {
    expect(fates(asked)).toBe(seen);
  });

  test('a second later it is let in again', () => {
    const service = labServer(change);
    expect(
      fates(
        many(4, () => 'portal.lab.example'),
        service,
      ),
    ).toBe('aaa-');
    expect(
      fates(
        many(4, () => 'portal.lab.example'),
        service,
        toInstant(2 * SECOND),
      ),
    ).toBe('aaaT');
  });

  test('who proves its address by a cookie, or comes over TCP, is not limited', () => {
    const service = labServer({ ...change, cookies: COOKIES });
    const cookie = ask(service, query('ns1.lab.example', 'A', { edns: edns(CLIENT_COOKIE) }))?.edns
      ?.options[0];
    const asked = Array.from({ length: 9 }, () => query('portal.lab.example', 'A', { edns: edns(cookie!) }));
    expect(fates(asked, service)).toBe('aaaaaaaaa');
    fates(
      many(9, () => 'portal.lab.example'),
      service,
    );
    expect(overStream(service, query('portal.lab.example', 'A'))?.answers.length).toBe(1);
  });
});
