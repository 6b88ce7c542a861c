// What DNS costs without sockets: a query through the service by its parts, the same at 10, 10,000 and 200,000 names, and the
// time and memory to load them; with the word `updates`, what a dynamic update of one name costs. Run by hand; figures only count beside others of the same machine and minute.

import { ipv4 } from '../src/core/address.ts';
import { Random } from '../src/core/random.ts';
import type { DatagramInput, Effects, Response, Target } from '../src/core/service.ts';
import { toInstant } from '../src/core/time.ts';
import { decodeMessage, encodeMessage } from '../src/codec/dns/message.ts';
import { toName } from '../src/codec/dns/name.ts';
import { Query } from '../src/codec/dns/query.ts';
import { EMPTY_MESSAGE } from '../src/codec/dns/question.ts';
import { Class, Type } from '../src/codec/dns/registry.ts';
import { Answer } from '../src/engine/dns/answer.ts';
import { Authority } from '../src/engine/dns/authority.ts';
import { applyUpdate } from '../src/engine/dns/update.ts';
import { DnsService } from '../src/service/dns.ts';
import { loadZone } from '../src/store/zone-builder.ts';
import type { Zone } from '../src/store/zone.ts';
import { changeZone } from '../src/store/zone-change.ts';
import { ZoneDraft } from '../src/store/zone-draft.ts';
import { ZoneSet } from '../src/store/zone-set.ts';

const NOW = toInstant(0);
const CLIENT = { address: ipv4(0x0a000009), port: 40_000 };
const ASKER = { source: CLIENT.address, subnet: undefined, dnssecOk: false, now: NOW };
const SERVER = { address: ipv4(0x0a000035), port: 53 };

/** A sink that copies what is sent, as drivers do. */
class CopyingSink implements Effects {
  readonly explains = false;
  readonly sent = new Uint8Array(65_536);
  sentOctets = 0;

  send(_port: number, _to: Target, octets: Uint8Array, length = octets.length): void {
    this.sent.set(length === octets.length ? octets : octets.subarray(0, length));
    this.sentOctets += length;
  }
  bind(): number {
    return 1024;
  }
  release(): void {}
  because(): void {}
  measure(): void {}
  state(): void {}
  reply(): void {}
  forward(): void {}
  forwardAs(): void {}
  sendMacMessage(): void {}
  configure(): void {}
  probe(): void {}
  write(): void {}
  unsent(): number {
    return 0;
  }
  close(): void {}
  reset(): void {}
  connect(): number {
    return 0;
  }
  persist(): number {
    return 0;
  }
}

/** Where `respond` puts what it answers. */
class QuietResponse implements Response {
  readonly explains = false;
  octets = new Uint8Array(0);
  because(): void {}
}

const APEX = 'bench.example.';

/** Percent of names: A 60, AAAA 12, MX 6, TXT 6, CNAME 8, NS 2, SRV 4, wildcard 2. */
function zoneText(names: number): string {
  const lines = [`$ORIGIN ${APEX}`, '$TTL 300', '@ SOA ns1 root 1 2 3 4 5', '@ NS ns1', 'ns1 A 10.0.0.53'];
  for (let index = 0; index < names; index++) {
    const share = index % 50;
    const address = `10.${(index >>> 16) & 255}.${(index >>> 8) & 255}.${index & 255}`;
    if (share < 30) lines.push(`host${index} A ${address}`);
    else if (share < 36) lines.push(`host${index} AAAA fd00::${(index & 0xffff).toString(16)}:1`);
    else if (share < 39) lines.push(`host${index} MX 10 ns1`);
    else if (share < 42) lines.push(`host${index} TXT "text of host ${index}"`);
    else if (share < 46) lines.push(`host${index} CNAME ns1`);
    else if (share < 47) lines.push(`host${index} NS ns.host${index}\nns.host${index} A ${address}`);
    else if (share < 49) lines.push(`host${index} SRV 0 5 69 ns1`);
    else lines.push(`*.host${index} A ${address}`);
  }
  return lines.join('\n');
}

const QTYPES = [Type.A, Type.AAAA, Type.MX, Type.TXT, Type.A, Type.A, Type.SRV, Type.A];
const STARTS = [0, 30, 36, 39, 42, 46, 47, 49, 50];

function qtypeOf(index: number): number {
  const share = index % 50;
  return QTYPES[STARTS.findIndex((start, at) => share >= start && share < (STARTS[at + 1] ?? 50))] ?? Type.A;
}

/** Queries in an order drawn by chance, with EDNS, one in ten for a name that does not exist. */
function queries(names: number): Uint8Array[] {
  const random = new Random(names);
  return Array.from({ length: 10_000 }, (_, id) => {
    const index = random.below(names);
    const isMissing = random.below(10) === 0;
    const label = isMissing ? `none${index}` : index % 50 === 49 ? `x.host${index}` : `host${index}`;
    return encodeMessage({
      id,
      opcode: 0,
      flags: 0x0100,
      rcode: 0,
      questions: [{ qname: toName(`${label}.${APEX}`), qtype: qtypeOf(index), qclass: 1 }],
      answers: [],
      authorities: [],
      additionals: [],
      edns: { payloadOctets: 1232, version: 0, flags: 0, options: [] },
    });
  });
}

function nsEach(count: number, work: () => void): string {
  for (let turn = 0; turn < 5; turn++) work();
  let best = Infinity;
  for (let turn = 0; turn < 7; turn++) {
    const started = process.hrtime.bigint();
    work();
    best = Math.min(best, Number(process.hrtime.bigint() - started) / count);
  }
  return `${Math.round(best)} ns`;
}

function load(names: number): Zone {
  const text = zoneText(names);
  globalThis.gc?.();
  const before = process.memoryUsage();
  const started = process.hrtime.bigint();
  const zone = loadZone(text, { file: 'bench.zone' });
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  globalThis.gc?.();
  const after = process.memoryUsage();
  const octets = after.heapUsed - before.heapUsed + after.arrayBuffers - before.arrayBuffers;
  console.log(`${names} names: loaded in ${seconds.toFixed(2)} s, ${(octets / 1e6).toFixed(0)} MB`);
  return zone;
}

function measure(names: number): void {
  const zones = new ZoneSet([load(names)]);
  const service = new DnsService({ zones, random: new Random(1) });
  const list = queries(names);
  const sink = new CopyingSink();
  const inputs: DatagramInput[] = list.map((octets) => ({
    kind: 'datagram',
    octets,
    from: CLIENT,
    to: SERVER,
    via: 0,
    hardware: undefined,
  }));
  const whole = nsEach(inputs.length, () => {
    for (const input of inputs) service.handle(input, NOW, sink);
  });
  const out = new QuietResponse();
  const atOnce = nsEach(inputs.length, () => {
    for (const input of inputs) service.respond(input, NOW, out);
  });
  const query = new Query();
  const reading = nsEach(list.length, () => {
    for (const octets of list) {
      query.decodeHeader(octets);
      query.decodeBody(octets);
    }
  });
  const authority = new Authority(zones);
  const answer = new Answer();
  const questions = list.map((octets) => decodeMessage(octets).questions[0]);
  const deciding = nsEach(list.length, () => {
    for (const question of questions)
      if (question !== undefined)
        authority.answer(question.qname.octets, question.qtype, ASKER, answer, sink);
  });
  console.log(
    `${names} names: ${whole} a query by handle, ${atOnce} by respond; of which reading ${reading}, deciding ${deciding}`,
  );
}

const UPDATES = 4_000;

/** What one UPDATE costs before the disk: a name that comes, changes or goes, and the new serial. */
function update(zone: Zone, turn: number): Zone {
  const owner = toName(`new${turn >>> 1}.${APEX}`);
  const rdata = Uint8Array.of(10, 1, (turn >>> 8) & 255, turn & 255);
  const draft = new ZoneDraft(zone);
  const [dnsClass, ttl] = turn % 4 === 3 ? [Class.ANY, 0] : [Class.IN, 300];
  const octets = dnsClass === Class.ANY ? new Uint8Array(0) : rdata;
  const authorities = [{ owner, type: Type.A, class: dnsClass, ttl, rdata: octets }];
  const refusal = applyUpdate({ ...EMPTY_MESSAGE, authorities }, draft);
  const change = draft.change();
  if (refusal !== undefined || change === undefined) throw new Error('an update that changes nothing');
  return changeZone(zone, change, { file: 'journal' });
}

function measureUpdates(names: number): void {
  let zone = load(names);
  const each: number[] = [];
  for (let turn = 0; turn < UPDATES; turn++) {
    const started = process.cpuUsage();
    zone = update(zone, turn);
    const { user, system } = process.cpuUsage(started);
    each.push(user + system);
  }
  each.sort((a, b) => a - b);
  const [median, most] = [each[UPDATES >>> 1] ?? 0, each.at(-1) ?? 0];
  const mean = each.reduce((sum, one) => sum + one, 0) / UPDATES;
  console.log(
    `${names} names: CPU of an UPDATE of one name ${median.toFixed(0)} us (mean ${mean.toFixed(0)}, longest ${(most / 1e3).toFixed(1)} ms)`,
  );
}

const SIZES = process.argv
  .slice(2)
  .filter((word) => word !== 'updates')
  .map(Number);
for (const names of SIZES.length > 0 ? SIZES : [10, 10_000, 200_000])
  if (process.argv.includes('updates')) measureUpdates(names);
  else measure(names);
