import { describe, expect, test } from 'vitest';
import { latin1Octets, latin1Text, utf8Octets } from '../../../../src/core/text.ts';
import { SECOND, toInstant } from '../../../../src/core/time.ts';
import type { StreamInput } from '../../../../src/core/service.ts';
import { FtpServer } from '../../../../src/engine/ftp/server.ts';
import { FileTable } from '../../../../src/store/file-table.ts';
import { RecordingEffects } from '../../../support/recording-effects.ts';
import { end } from '../../../support/router-bench.ts';

const SERVER = '192.0.2.21';
const CLIENT = '10.8.0.10';

/** A number that `connect` of the sink does not come to. */
const CONTROL = 900;

/** A client of the server, as streams. */
class Bench {
  readonly server: FtpServer;
  readonly effects = new RecordingEffects();
  #now = 0;
  #read = 0;

  constructor(passivePorts = { first: 50_000, last: 50_001 }) {
    const files = new FileTable();
    files.set(utf8Octets('readme.txt'), utf8Octets('one\ntwo\n'));
    files.set(utf8Octets('empty'), new Uint8Array(0));
    this.server = new FtpServer({ files, passivePorts });
  }

  give(input: StreamInput): void {
    this.server.stream(input, toInstant(this.#now), this.effects);
  }

  open(stream = CONTROL, local = `${SERVER}:21`, peer = `${CLIENT}:5000`): void {
    this.give({ kind: 'stream', event: 'opened', stream, local: end(local), peer: end(peer) });
  }

  /** Says lines, and gives the replies to them. */
  say(text: string, stream = CONTROL): string[] {
    this.give({ kind: 'stream', event: 'octets', stream, octets: latin1Octets(text) ?? new Uint8Array(0) });
    return this.replies(stream);
  }

  line(text: string): string[] {
    return this.say(`${text}\r\n`);
  }

  replies(stream = CONTROL): string[] {
    const fresh = this.effects.log.slice(this.#read);
    this.#read = this.effects.log.length;
    const written = fresh.flatMap((effect) =>
      effect.kind === 'write' && effect.stream === stream ? [latin1Text(effect.octets)] : [],
    );
    return written
      .join('')
      .split('\r\n')
      .filter((line) => line !== '')
      .map((line) => line.slice(0, 3));
  }

  sent(stream: number): string {
    const pieces = this.effects.log.flatMap((effect) =>
      effect.kind === 'write' && effect.stream === stream ? [latin1Text(effect.octets)] : [],
    );
    return pieces.join('');
  }

  did(kind: 'close' | 'reset', stream: number): boolean {
    return this.effects.log.some((effect) => effect.kind === kind && effect.stream === stream);
  }

  pass(seconds: number): string[] {
    this.#now += seconds * SECOND;
    this.server.wake(toInstant(this.#now), this.effects);
    return this.replies();
  }
}

function loggedIn(): Bench {
  const bench = new Bench();
  bench.open();
  bench.line('USER anonymous');
  bench.line('PASS guest');
  return bench;
}

describe('the dialogue of a control connection', () => {
  test('greeting, log-in, good bye', () => {
    const bench = new Bench();
    bench.open();
    expect(bench.replies()).toEqual(['220']);
    expect(bench.line('RETR readme.txt')).toEqual(['530']);
    expect(bench.line('PASS early')).toEqual(['503']);
    expect(bench.line('USER anonymous')).toEqual(['331']);
    expect(bench.line('PASS guest')).toEqual(['230']);
    expect(bench.line('QUIT')).toEqual(['221']);
    expect(bench.did('close', CONTROL)).toBe(true);
  });

  test.each([
    { line: 'TYPE I', code: '200' },
    { line: 'TYPE E', code: '504' },
    { line: 'MODE S', code: '200' },
    { line: 'MODE B', code: '504' },
    { line: 'STRU F', code: '200' },
    { line: 'STRU P', code: '504' },
    { line: 'NOOP', code: '200' },
    { line: 'noop', code: '200' },
    { line: 'SYST', code: '215' },
    { line: 'PWD', code: '257' },
    { line: 'STOR x', code: '553' },
    { line: 'ABOR', code: '226' },
    { line: 'XYZZY', code: '500' },
    { line: 'RETR nothing', code: '550' },
    { line: 'RETR README.TXT', code: '550' },
    { line: 'PORT 10,8,0,10,156,64', code: '200' },
    { line: 'PORT 10,8,0,11,156,64', code: '501' },
    { line: 'PORT 10,8,0,10,0,25', code: '501' },
    { line: 'PORT 10,8,0,256,1,1', code: '501' },
    { line: 'PORT', code: '501' },
    { line: 'EPRT |1|10.8.0.10|40000|', code: '200' },
    { line: 'EPRT |3|10.8.0.10|40000|', code: '522' },
    { line: 'EPRT |2|10.8.0.10|40000|', code: '501' },
    { line: 'EPSV 2', code: '522' },
    { line: 'EPSV 1', code: '229' },
    { line: 'PASV', code: '227' },
  ])('$line is answered by $code', ({ line, code }) => {
    expect(loggedIn().line(line)).toEqual([code]);
  });

  test('lines may come in pieces, and several at once', () => {
    const bench = loggedIn();
    expect(bench.say('NO')).toEqual([]);
    expect(bench.say('OP\r\nNOOP\r\nNO')).toEqual(['200', '200']);
    expect(bench.say('OP\n')).toEqual(['200']);
  });

  test('a line without an end closes the connection', () => {
    const bench = loggedIn();
    expect(bench.say('A'.repeat(2000))).toEqual(['500']);
    expect(bench.did('close', CONTROL)).toBe(true);
  });

  test('after five idle minutes the connection is closed with 421', () => {
    const bench = loggedIn();
    expect(bench.pass(299)).toEqual([]);
    expect(bench.pass(1)).toEqual(['421']);
    expect(bench.did('close', CONTROL)).toBe(true);
  });

  test('beyond 256 clients the next is told 421', () => {
    const bench = new Bench();
    for (let stream = 1; stream <= 256; stream++) bench.open(stream);
    bench.open(257);
    expect(bench.replies(257)).toEqual(['421']);
  });
});

describe('data connections', () => {
  test('active: from port 20 to where the client waits, closed behind the file', () => {
    const bench = loggedIn();
    bench.line('TYPE I');
    bench.line('PORT 10,8,0,10,156,64');
    expect(bench.line('RETR readme.txt')).toEqual(['150']);
    const connect = bench.effects.log.find((effect) => effect.kind === 'connect');
    expect(connect).toMatchObject({ to: end(`${CLIENT}:40000`), fromPort: 20 });
    const stream = connect?.kind === 'connect' ? connect.stream : 0;
    bench.open(stream, `${SERVER}:20`, `${CLIENT}:40000`);
    expect(bench.sent(stream)).toContain('one\ntwo\n');
    expect(bench.did('close', stream)).toBe(true);
    expect(bench.replies()).toEqual(['226']);
  });

  test('active without PORT: to the client’s own port, RFC 959 §3.2', () => {
    const bench = loggedIn();
    bench.line('RETR readme.txt');
    expect(bench.effects.log.find((effect) => effect.kind === 'connect')).toMatchObject({
      to: end(`${CLIENT}:5000`),
      fromPort: 20,
    });
  });

  test('active and refused: 425, and the next file may be asked for', () => {
    const bench = loggedIn();
    bench.line('PORT 10,8,0,10,156,64');
    bench.line('RETR readme.txt');
    const connect = bench.effects.log.find((effect) => effect.kind === 'connect');
    bench.give({ kind: 'stream', event: 'reset', stream: connect?.kind === 'connect' ? connect.stream : 0 });
    expect(bench.replies()).toEqual(['425']);
    expect(bench.line('PASV')).toEqual(['227']);
  });

  test('active and unanswered: 425 after twenty seconds', () => {
    const bench = loggedIn();
    bench.line('PORT 10,8,0,10,156,64');
    bench.line('RETR readme.txt');
    expect(bench.pass(19)).toEqual([]);
    expect(bench.pass(1)).toEqual(['425']);
  });

  test('passive: the client comes before or after it asks, and lines end in CRLF in ASCII', () => {
    const bench = loggedIn();
    bench.line('PASV');
    bench.open(9, `${SERVER}:50000`, `${CLIENT}:6000`);
    expect(bench.line('RETR readme.txt')).toEqual(['125', '226']);
    expect(bench.sent(9)).toBe('one\r\ntwo\r\n');
    bench.line('EPSV');
    expect(bench.line('RETR empty')).toEqual(['150']);
    bench.open(10, `${SERVER}:50001`, `${CLIENT}:6001`);
    expect(bench.replies()).toEqual(['226']);
    expect([bench.sent(10), bench.did('close', 10)]).toEqual(['', true]);
  });

  test('active and late: what opens after 425 was cut', () => {
    const bench = loggedIn();
    bench.line('PORT 10,8,0,10,156,64');
    bench.line('RETR readme.txt');
    bench.pass(20);
    const connect = bench.effects.log.find((effect) => effect.kind === 'connect');
    expect(bench.did('reset', connect?.kind === 'connect' ? connect.stream : 0)).toBe(true);
  });

  test.each(['PASV', 'PORT 10,8,0,10,156,64', 'QUIT'])(
    'passive: a connection that came for nothing is cut when %s is said',
    (line) => {
      const bench = loggedIn();
      bench.line('PASV');
      bench.open(9, `${SERVER}:50000`, `${CLIENT}:6000`);
      bench.line(line);
      expect(bench.did('reset', 9)).toBe(true);
    },
  );

  test('passive: a connection that the client closes again unused is closed', () => {
    const bench = loggedIn();
    bench.line('PASV');
    bench.open(9, `${SERVER}:50000`, `${CLIENT}:6000`);
    bench.give({ kind: 'stream', event: 'closed', stream: 9 });
    expect([bench.did('close', 9), bench.did('reset', 9)]).toEqual([true, false]);
    expect(bench.line('RETR readme.txt')).toEqual(['150']);
  });

  test('passive: another host at the port is turned away, RFC 2577 §8', () => {
    const bench = loggedIn();
    bench.line('PASV');
    bench.open(9, `${SERVER}:50000`, '10.8.0.66:6000');
    expect(bench.did('reset', 9)).toBe(true);
    bench.open(10, `${SERVER}:50000`, `${CLIENT}:6000`);
    expect(bench.did('reset', 10)).toBe(false);
  });

  test('a port of passive mode is one client’s at a time, and 425 says that all are lent', () => {
    const bench = new Bench({ first: 50_000, last: 50_000 });
    bench.open(1);
    bench.open(2, `${SERVER}:21`, '10.8.0.11:5000');
    for (const stream of [1, 2]) bench.say('USER a\r\nPASS b\r\nPASV\r\n', stream);
    expect(bench.sent(1)).toContain('227 ');
    expect(bench.sent(2)).toContain('425 ');
    bench.give({ kind: 'stream', event: 'closed', stream: 1 });
    bench.say('PASV\r\n', 2);
    expect(bench.sent(2)).toContain('227 ');
  });

  test('after EPSV ALL only EPSV: RFC 2428 §4', () => {
    const bench = loggedIn();
    expect(bench.line('EPSV ALL')).toEqual(['200']);
    expect(bench.line('PORT 10,8,0,10,156,64')).toEqual(['501']);
    expect(bench.line('PASV')).toEqual(['501']);
    expect(bench.line('EPSV')).toEqual(['229']);
  });

  test('LIST and NLST name the files', () => {
    const bench = loggedIn();
    for (const [index, verb] of ['LIST', 'NLST'].entries()) {
      bench.line('PASV');
      bench.open(20 + index, `${SERVER}:${50_000 + index}`, `${CLIENT}:6000`);
      expect(bench.line(verb)).toEqual(['125', '226']);
    }
    expect(bench.sent(20)).toMatch(/^-r--r--r-- 1 ftp ftp {10}8 Jan {2}1 {2}2026 readme\.txt\r\n/);
    expect(bench.sent(21)).toBe('readme.txt\r\nempty\r\n');
  });
});
