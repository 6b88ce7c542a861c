import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import type { Topology, Trace } from '../../src/core/driver.ts';
import { DNS } from '../../src/core/rules/dns.ts';
import { SILENT, type DatagramInput, type Response, type Service } from '../../src/core/service.ts';
import { type Instant, NEVER } from '../../src/core/time.ts';
import { RealDriver, type RealOptions } from '../../src/driver/real/driver.ts';
import { Bundle } from '../../src/service/bundle.ts';
import { claimPorts } from '../support/claims.ts';
import { at, host, segment } from './plants.ts';
import { octetsOf } from './world.ts';

const PORT = await claimPorts();

let driver: RealDriver;
afterEach(() => driver.stop());

/** Says at once what it has heard, but for `later`, which it leaves to `handle`, and `hush`, which it does not answer. */
class Parrot implements Service {
  handled: string[] = [];

  handle(...[input, , effects]: Parameters<Service['handle']>): void {
    if (input.kind !== 'datagram') return;
    this.handled.push(Buffer.from(input.octets).toString());
    effects.send(PORT, input.from, octetsOf(`handled ${Buffer.from(input.octets).toString()}`));
  }

  respond(input: DatagramInput, _now: Instant, out: Response): number {
    const word = Buffer.from(input.octets).toString();
    if (word === 'later') return 0;
    out.because(DNS.answer, `about ${word}`);
    if (word === 'hush') return SILENT;
    out.octets = octetsOf(`${word} and what was there before`);
    return word.length;
  }

  deadline(): Instant {
    return NEVER;
  }
}

/** What comes back for each word, in order; a word without an answer gives none. */
async function ask(
  parrot: Service,
  words: readonly string[],
  { trace = [], bug }: Pick<RealOptions, 'trace' | 'bug'>,
): Promise<string[]> {
  const part = { name: 'parrot', udpPorts: [PORT], tcpPorts: [], tables: [] };
  const create = () => new Bundle([{ ...part, service: parrot }]);
  const spec = host('server', { on: 'core', address: [at('127.0.0.1/8')] }, create, { udpPorts: [PORT] });
  const topology: Topology = { segments: [segment('core')], links: [], hosts: [spec] };
  driver = new RealDriver({ topology, place: {}, trace, bug });
  await driver.start();
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.9');
  await once(socket, 'listening');
  const answers: string[] = [];
  for (const word of [...words, 'last']) {
    socket.send(word, PORT, '127.0.0.1');
    if (word === 'hush') continue;
    const [message] = (await once(socket, 'message')) as [Buffer];
    answers.push(message.toString());
  }
  socket.close();
  return answers.slice(0, -1);
}

test('a service that can answers at once; what it leaves is handled, and its reasons are told', async () => {
  const reasons: string[] = [];
  const parrot = new Parrot();
  const trace = [
    {
      because: (...[, , rule, detail, input]: Parameters<NonNullable<Trace['because']>>) => {
        reasons.push(`${rule.id} ${detail} ${input?.kind}`);
      },
    },
  ];
  expect(await ask(parrot, ['one', 'later', 'hush', 'two'], { trace })).toEqual([
    'one',
    'handled later',
    'two',
  ]);
  expect(parrot.handled).toEqual(['later']);
  const id = DNS.answer.id;
  expect(reasons).toEqual(['one', 'hush', 'two', 'last'].map((word) => `${id} about ${word} datagram`));
  expect(driver.ruleCounts[DNS.answer.index]).toBe(4);
});

test('while somebody looks at frames all is handled: an answer made at once would not be seen', async () => {
  const parrot = new Parrot();
  const seen: string[] = [];
  const frame: Trace['frame'] = ({ body }) => {
    if (body.kind === 'udp') seen.push(Buffer.from(body.octets).toString());
  };
  expect(await ask(parrot, ['one'], { trace: [{ frame }] })).toEqual(['handled one']);
  expect(seen.slice(0, 2)).toEqual(['one', 'handled one']);
});

test('a service that throws is our mistake, and says which host and input', async () => {
  const parrot = new Parrot();
  parrot.respond = (input, now, out) => {
    if (Buffer.from(input.octets).toString() === 'hush') throw new Error('no such word');
    return Parrot.prototype.respond.call(parrot, input, now, out);
  };
  const bugs: unknown[] = [];
  expect(await ask(parrot, ['hush', 'one'], { bug: (error) => bugs.push(error) })).toEqual(['one']);
  expect(String(bugs[0])).toContain('server, on a datagram: no such word');
});
