import type { Topology } from '../../src/core/driver.ts';
import { ipv4 } from '../../src/core/address.ts';
import { bug } from '../../src/core/errors.ts';
import { Random, streamKey } from '../../src/core/random.ts';
import { BenchHost } from './bench-host.ts';
import type { Corpus, Protocol } from './corpus.ts';
import { describeMemory, memoryFault, ownRssKib, secondsSince, type Finding } from './findings.ts';
import { Mutator } from './mutate.ts';
import { type Asked, QUESTIONS, type Server } from './question.ts';
import { reactionTo, wayBack } from './reaction.ts';

interface Target {
  readonly what: string;
  readonly host: string;
  readonly protocol: Protocol;
  readonly server: Server;
  /** Left out: the server. */
  readonly asked?: Asked;
  readonly stream?: boolean;
}

const TARGETS: readonly Target[] = [
  { what: 'DHCP', host: 'dhcp', protocol: 'dhcp', server: 'dhcp' },
  { what: 'TFTP, a port per transfer', host: 'tftp', protocol: 'tftp', server: 'tftp' },
  { what: 'TFTP, one port', host: 'one-port', protocol: 'tftp', server: 'tftp' },
  { what: 'Time of Day', host: 'tod', protocol: 'tod', server: 'tod' },
  { what: 'DNS over UDP', host: 'dns', protocol: 'dns', server: 'dns' },
  { what: 'DNS over UDP, cookies and rates', host: 'wary', protocol: 'dns', server: 'dns', asked: 'wary' },
  { what: 'DNS, zones that change', host: 'keeper', protocol: 'zones', server: 'dns' },
  { what: 'DNS over TCP, zones that change', host: 'keeper', protocol: 'zones', server: 'dns', stream: true },
  { what: 'DNS over TCP', host: 'dns', protocol: 'dns', server: 'dns', stream: true },
  { what: 'Time of Day over TCP', host: 'tod', protocol: 'tod', server: 'tod', stream: true },
];

/** Random and mutated messages to each server through the service interface, with a sink that keeps nothing. */
export async function soakServices(
  topology: Topology,
  corpus: Corpus,
  options: { readonly count: number; readonly seed: number },
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const target of TARGETS) findings.push(await soak(target, topology, corpus, options));
  return findings;
}

async function soak(
  target: Target,
  topology: Topology,
  corpus: Corpus,
  { count, seed }: { readonly count: number; readonly seed: number },
): Promise<Finding> {
  const startedAt = performance.now();
  const random = new Random(streamKey(seed, target.what));
  const spec = topology.hosts.find(({ name }) => name === target.host) ?? bug(`no ${target.host}`);
  const host = new BenchHost(spec.create(), random);
  // Messages of other protocols are hostile too.
  const others = Object.values(corpus).flatMap((list) => list.slice(0, 10));
  const mutator = new Mutator(random, [...corpus[target.protocol], ...others]);
  const question = QUESTIONS[target.asked ?? target.server];
  const hit =
    target.stream === true
      ? streamHits(host, mutator, random, question.port)
      : datagramHits(host, mutator, random, target);
  const half = Math.ceil(count / 2);
  const memory = { firstHalfKib: 0, secondHalfKib: 0 };
  for (let index = 0; index < half; index++) hit(index);
  memory.firstHalfKib = await ownRssKib();
  for (let index = half; index < count; index++) hit(index);
  memory.secondHalfKib = await ownRssKib();
  host.rest();
  const stillOpen = host.sink.ports.size;
  const fault = !host.answers(question)
    ? 'it does not answer any more'
    : stillOpen > 0
      ? `${stillOpen} ports are still open a day later`
      : memoryFault(memory);
  const note = `${describeMemory(memory)}; ${host.sink.sends} answers, ${host.sink.rules.size} rules met`;
  return { part: 'services', what: target.what, count, seconds: secondsSince(startedAt), note, fault };
}

function datagramHits(
  host: BenchHost,
  mutator: Mutator,
  random: Random,
  { what, server, asked = server }: Target,
): (index: number) => void {
  const question = QUESTIONS[asked];
  return (index) => {
    host.sink.explains = (index & 1) === 0;
    if (index % 10_000 === 0 && !host.answers(question))
      throw new Error(`${what}: after ${index} messages it does not answer any more`);
    if (random.below(3) === 0 && react(host, mutator, random, server)) return;
    if (random.below(100) === 0) refuse(host, random);
    const from = { address: ipv4(0x0a090000 + random.below(64)), port: random.below(200) };
    host.datagram(mutator.next(), from, portOf(host, random, question.port));
  };
}

/** Goes on from something that the server said, rightly or with a mutant. */
function react(host: BenchHost, mutator: Mutator, random: Random, server: Server): boolean {
  const { said } = host.sink;
  const last = said[random.below(Math.max(1, said.length))];
  const octets = last && reactionTo(server, last, random);
  if (last === undefined || octets === undefined) return false;
  const { from, port } = wayBack(server, last);
  host.datagram(random.below(2) === 0 ? octets : mutator.of(octets), from, port);
  return true;
}

/** An ICMP error about something that the server said. */
function refuse(host: BenchHost, random: Random): void {
  const { said } = host.sink;
  const last = said[random.below(Math.max(1, said.length))];
  if (last === undefined) return;
  const reason = random.below(2) === 0 ? 'port' : 'host';
  host.handle({ kind: 'unreachable', reason, port: last.port, to: last.to });
}

/** Mostly the server's own port, else one that it opened for a transfer. */
function portOf(host: BenchHost, random: Random, known: number): number {
  const { ports } = host.sink;
  if (ports.size === 0 || random.below(3) > 0) return known;
  let skip = random.below(Math.min(ports.size, 50));
  for (const port of ports) if (skip-- === 0) return port;
  return known;
}

/** Streams that peers hold open on one side. */
const STREAMS_MAX = 120;

/** Messages framed well or not, cut anywhere, on streams that open, close and break at any time. */
function streamHits(
  host: BenchHost,
  mutator: Mutator,
  random: Random,
  port: number,
): (index: number) => void {
  const open: number[] = [];
  let opened = 0;
  const local = { address: ipv4(0x0a000043), port };
  return (index) => {
    host.sink.explains = (index & 1) === 0;
    if (open.length === 0 || (open.length < STREAMS_MAX && random.below(8) === 0)) {
      open.push(++opened);
      const peer = { address: ipv4(0x0a090001), port: 1_024 + (opened % 60_000) };
      host.handle({ kind: 'stream', event: 'opened', stream: opened, local, peer });
    }
    const at = random.below(open.length);
    const stream = open[at]!;
    const message = mutator.next();
    const framed = new Uint8Array(message.length + 2);
    const length = random.below(20) === 0 ? random.below(65_536) : message.length;
    framed[0] = length >>> 8;
    framed[1] = length;
    framed.set(message, 2);
    const cut = random.below(3) === 0 ? random.below(framed.length + 1) : framed.length;
    host.handle({ kind: 'stream', event: 'octets', stream, octets: framed.subarray(0, cut) });
    if (cut < framed.length)
      host.handle({ kind: 'stream', event: 'octets', stream, octets: framed.subarray(cut) });
    framed.fill(0xa5);
    if (random.below(10) > 0) return;
    open.splice(at, 1);
    host.handle({ kind: 'stream', event: random.below(2) === 0 ? 'closed' : 'reset', stream });
  };
}
