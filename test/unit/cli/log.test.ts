import { describe, expect, test } from 'vitest';
import { LOG_LEVELS, type LogThreshold, ServerLog } from '../../../src/cli/log.ts';

function bench(level: LogThreshold, isTTY = false) {
  let text = '';
  const log = new ServerLog(level, { isTTY, write: (piece) => (text += piece) });
  return { log, lines: () => text.split('\n').filter((line) => line !== '') };
}

test('lines from the level on are written, JSON with the level as a word', () => {
  for (const level of LOG_LEVELS) {
    const { log, lines } = bench(level);
    for (const other of ['trace', 'debug', 'info', 'warn', 'error'] as const)
      log.put({ level: other, message: 'said', fields: { host: 'dns' } });
    expect(lines().map((line) => (JSON.parse(line) as { level: string }).level)).toEqual(
      ['trace', 'debug', 'info', 'warn', 'error', 'silent'].slice(LOG_LEVELS.indexOf(level), -1),
    );
  }
});

describe('what stands under the name of a secret is not written', () => {
  test.each(['secret', 'key', 'password', 'token'])('%s', (name) => {
    for (const isTTY of [false, true]) {
      const { log, lines } = bench('trace', isTTY);
      const nested = { inner: { [name]: 'hunter2' } } as unknown as Record<string, string>;
      log.put({ level: 'info', message: 'said', fields: { [name]: 'hunter2', ...nested } });
      expect(lines()).toHaveLength(1);
      expect(lines()[0]).not.toContain('hunter2');
    }
  });
});

test('a person reads the fault of a datagram in one line', () => {
  const { log, lines } = bench('debug', true);
  const fields = {
    host: 'tftp',
    rule: 'HE-TFTP-019',
    reason: 'truncated',
    offset: 4,
    field: 'block',
    peer: '10.0.0.9:1',
  };
  log.put({ level: 'debug', message: 'Dropped.', fields });
  // oxlint-disable-next-line no-control-regex
  const plain = lines()[0]?.replace(/\u001b\[\d+m/g, '');
  expect(plain).toMatch(
    /^ \d\d:\d\d:\d\d debug tftp    Dropped\. {2}HE-TFTP-019 {2}truncated at octet 4: block {2}10\.0\.0\.9:1$/,
  );
});
