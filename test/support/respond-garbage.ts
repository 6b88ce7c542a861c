// Answers each kind of question again and again; who runs it with --trace-gc sees what was collected meanwhile.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ipv4 } from '../../src/core/address.ts';
import { Random } from '../../src/core/random.ts';
import type { DatagramInput, Response } from '../../src/core/service.ts';
import { toInstant } from '../../src/core/time.ts';
import { encodeMessage } from '../../src/codec/dns/message.ts';
import { DnsService } from '../../src/service/dns.ts';
import { loadZone } from '../../src/store/zone-builder.ts';
import { ZoneSet } from '../../src/store/zone-set.ts';
import { CLIENT, SERVER, query } from './dns-client.ts';
import { EVERY_POLICY, POLICY_NAMES } from './policy-corpus.ts';
import { PolicyLab, subnetOctets } from './policy-lab.ts';
import { RecordingEffects } from './recording-effects.ts';

const COUNT = 200_000;
const NOW = toInstant(0);

class Quiet implements Response {
  readonly explains = false;
  octets = new Uint8Array(0);
  because(): void {}
}
const OUT = new Quiet();

function input(octets: Uint8Array): DatagramInput {
  const from = { address: ipv4(0x0a010007), port: CLIENT.port };
  return { kind: 'datagram', octets, from, to: SERVER, via: 0, hardware: undefined };
}

function again(service: DnsService, asked: DatagramInput, count: number): void {
  for (let turn = 0; turn < count; turn++)
    if (service.respond(asked, NOW, OUT) <= 0) throw new Error('no answer at once');
}

function measure(name: string, service: DnsService, octets: Uint8Array): void {
  const asked = input(octets);
  again(service, asked, 30_000);
  globalThis.gc?.();
  console.log(`== ${name}`);
  again(service, asked, COUNT);
  // What follows is not its own.
  console.log('== between');
}

const file = join(process.cwd(), 'fixtures/zones/lab.example.zone');
const zone = loadZone(readFileSync(file, 'utf8'), { file });
const lab = new DnsService({ zones: new ZoneSet([zone]), random: new Random(1) });
const edns = { payloadOctets: 1232, version: 0, flags: 0, options: [] };
const STATIC = [
  ['lab.example', 'SOA'],
  ['lab.example', 'NS'],
  ['portal.lab.example', 'A'],
  ['portal.lab.example', 'MX'],
  ['none.lab.example', 'A'],
  ['elsewhere.test', 'A'],
] as const;
for (const [name, type] of STATIC)
  measure(`${name} ${type}`, lab, encodeMessage(query(name, type, { edns })));

const policies = new PolicyLab(EVERY_POLICY).service;
const subnet = { code: 8, octets: subnetOctets('10.4.0.0/16') };
for (const name of POLICY_NAMES) {
  const type = name === 'app' ? 'CNAME' : 'A';
  measure(name, policies, encodeMessage(query(`${name}.lab.example`, type, { edns })));
  const tailored = { ...edns, options: [subnet] };
  measure(
    `${name} for a subnet`,
    policies,
    encodeMessage(query(`${name}.lab.example`, type, { edns: tailored })),
  );
}

// The control: `handle` sends by a target that is made anew, to a sink that keeps what it is given.
const asked = input(encodeMessage(query('portal.lab.example', 'A', { edns })));
console.log('== handle');
for (let turn = 0; turn < COUNT / 10; turn++) lab.handle(asked, NOW, new RecordingEffects());
console.log('== end');
