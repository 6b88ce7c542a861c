import { describe, expect, test } from 'vitest';
import { encodeRequest } from '../../../src/codec/http.ts';
import { ANY } from '../../../src/core/address.ts';
import type { Plain } from '../../../src/core/service.ts';
import { MILLISECOND, NEVER, toInstant } from '../../../src/core/time.ts';
import { utf8Octets, utf8Text } from '../../../src/core/text.ts';
import { WebService } from '../../../src/service/web.ts';
import { RecordingEffects } from '../../support/recording-effects.ts';

const NOW = toInstant(1_000);
const END = { address: ANY, port: 80 };

function visit(service: WebService, stream: number, octets: Uint8Array, effects = new RecordingEffects()) {
  service.handle({ kind: 'stream', event: 'opened', stream, local: END, peer: END }, NOW, effects);
  service.handle({ kind: 'stream', event: 'octets', stream, octets }, NOW, effects);
  return effects;
}

function told(verb: string, args: Readonly<Record<string, Plain>> = {}, delayUs = 0): WebService {
  const service = new WebService({ status: 200, body: 'well\n', delayUs });
  const effects = new RecordingEffects();
  service.handle({ kind: 'timer' }, toInstant(0), effects);
  service.handle({ kind: 'command', verb, args }, toInstant(0), effects);
  return service;
}

const REQUEST = encodeRequest({ host: 'www.lab.example', path: '/' });

describe('what it answers', () => {
  test.each([
    {
      name: 'as it was made',
      verb: 'mend',
      args: {},
      first: 'HTTP/1.1 200 OK',
      end: 'well\n',
      rule: 'HE-WEB-001',
    },
    {
      name: 'told to fail',
      verb: 'fail',
      args: {},
      first: 'HTTP/1.1 503 Service Unavailable',
      end: 'out of service\n',
      rule: 'HE-WEB-002',
    },
    {
      name: 'told how',
      verb: 'fail',
      args: { how: 'answer', status: 500, body: 'ill' },
      first: 'HTTP/1.1 500 Internal Server Error',
      end: 'ill',
      rule: 'HE-WEB-002',
    },
  ])('$name', ({ verb, args, first, end, rule }) => {
    const effects = visit(told(verb, args), 1, REQUEST);
    const text = utf8Text(effects.last('write').octets);
    expect(text.startsWith(`${first}\r\n`)).toBe(true);
    expect(text.endsWith(`\r\n\r\n${end}`)).toBe(true);
    expect(effects.words()).toEqual([`because ${rule}`, 'write', 'close']);
  });

  test('after its delay', () => {
    const service = told('mend', {}, 300 * MILLISECOND);
    const effects = visit(service, 1, REQUEST);
    expect(effects.of('write')).toEqual([]);
    expect(service.deadline()).toBe(NOW + 300 * MILLISECOND);
    service.handle({ kind: 'timer' }, service.deadline(), effects);
    expect(effects.words()).toEqual(['because HE-WEB-001', 'write', 'close']);
    expect(service.deadline()).toBe(NEVER);
  });

  test.each([
    { how: 'silent', words: ['because HE-WEB-003'] },
    { how: 'refuse', words: ['because HE-WEB-004', 'reset'] },
  ])('$how', ({ how, words }) => {
    expect(visit(told('fail', { how }), 1, REQUEST).words()).toEqual(words);
  });

  test('noise is a bad request', () => {
    const effects = visit(told('mend'), 1, utf8Octets('hello\r\n\r\n'));
    expect(effects.rules()).toEqual(['HE-WEB-005']);
    expect(utf8Text(effects.last('write').octets)).toMatch(/^HTTP\/1\.1 400 Bad Request/);
  });
});

test('of more visitors than it keeps the oldest gives way', () => {
  const service = told('fail', { how: 'silent' });
  const effects = new RecordingEffects();
  for (let stream = 1; stream <= 1_002; stream++) visit(service, stream, REQUEST, effects);
  expect(effects.of('reset').map(({ stream }) => stream)).toEqual([1, 2]);
});

test('it says what it is', () => {
  const service = new WebService({ status: 200, body: '', delayUs: 0 });
  const effects = new RecordingEffects();
  service.handle({ kind: 'timer' }, service.deadline(), effects);
  expect(effects.words()).toEqual(['state web serving']);
  service.handle({ kind: 'command', verb: 'fail', args: {} }, NOW, effects);
  expect(effects.last('state').state).toBe('failing');
  service.handle({ kind: 'command', verb: 'status', args: {} }, NOW, effects);
  expect(effects.last('reply').value).toEqual({ state: 'failing' });
});
