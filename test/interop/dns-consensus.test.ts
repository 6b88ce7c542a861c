import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { testZones } from '../../src/api/zone-test.ts';
import { encodeMessage } from '../../src/codec/dns/message.ts';
import { Random } from '../../src/core/random.ts';
import { DnsService } from '../../src/service/dns.ts';
import { loadZone } from '../../src/store/zone-builder.ts';
import { ZoneSet } from '../../src/store/zone-set.ts';
import { query } from '../support/dns-client.ts';
import { byHandle, byRespond } from '../support/respond.ts';
import { built, MAIN, serve } from './support/headend.ts';
import { Lab, need } from './support/netns.ts';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const folder = process.env['HEADEND_CONFORMANCE'] ?? join(root, '../shared/conformance');
const file = join(folder, 'dns-consensus.jsonl.gz');

describe.skipIf(!existsSync(file))('answers on which BIND, NSD, Knot and PowerDNS agree', () => {
  test('all of them', () => {
    const { passed, failures } = testZones(file, []);
    console.log(`conformance: ${passed} of ${passed + failures.length} passed`);
    expect(passed + failures.length).toBeGreaterThan(4_000);
    expect(failures.slice(0, 5)).toEqual([]);
  });
});

describe.skipIf(!existsSync(file))('the same corpus by the short cut', () => {
  test('every answer is what handle gives, octet for octet, with the same reasons', () => {
    let compared = 0;
    for (const line of gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n')) {
      const { zone, qname, qtype } = JSON.parse(line) as { zone: string; qname: string; qtype: string };
      const zones = new ZoneSet([loadZone(zone, { file })]);
      const edns = { payloadOctets: 1232, version: 0, flags: compared % 2 === 0 ? 0x8000 : 0, options: [] };
      const octets = encodeMessage(query(qname, qtype, { edns }));
      const [quick, whole] = [1, 1].map((seed) => new DnsService({ zones, random: new Random(seed) }));
      expect(byRespond(quick!, octets, 0), line).toEqual(byHandle(whole!, octets, 0));
      compared++;
    }
    expect(compared).toBeGreaterThan(4_000);
  });
});

/** Every so many of the questions is asked over a socket, of a name server of its own: an alias leads into all zones of a server. */
const SAMPLE_EACH = 100;

describe.skipIf(!existsSync(file))('a sample over sockets', () => {
  let lab: Lab | undefined;
  afterAll(() => lab?.remove());

  test('one in a hundred, each of the server that has its zone', async () => {
    need('ip');
    built();
    const inside = (lab = new Lab());
    inside.namespace('srv');
    const sample = gunzipSync(readFileSync(file))
      .toString('utf8')
      .trim()
      .split('\n')
      // A scenario's zone has a name of letters, digits and dashes.
      .filter((line) => !apexOf(line).includes('*'))
      .filter((_, index) => index % SAMPLE_EACH === 0);
    const services = sample.map((line, index) => {
      const { zone } = JSON.parse(line) as { zone: string };
      inside.run('srv', 'ip', 'address', 'add', `${addressOf(index)}/32`, 'dev', 'lo');
      inside.file(`${index}.zone`, zone);
      inside.file(`${index}.jsonl`, line);
      return `  dns${index}: { kind: dns, on: lan, ip: ${addressOf(index)}, zones: { "${apexOf(line)}": { file: ${index}.zone } } }\n`;
    });
    const head = 'headend: 1\nname: consensus\nnet: { lan: { kind: segment } }\nservices:\n';
    await serve(inside, 'srv', inside.file('lab.yaml', head + services.join('')), '--interface', 'lo');
    const questions = sample.map((_, index) => [join(inside.folder, `${index}.jsonl`), addressOf(index)]);
    const asked = inside.run(
      'srv',
      process.execPath,
      '--input-type=module',
      '-e',
      ASK_ALL,
      ...questions.flat(),
    );
    expect(JSON.parse(asked)).toEqual({ passed: sample.length, failures: [] });
    const [[one = '', at = ''] = []] = questions;
    expect(inside.attempt('srv', process.execPath, MAIN, 'zone', 'test', one, '--server', at)).toEqual({
      code: 0,
      out: '1 passed, 0 failed\n',
    });
    expect(
      inside.attempt('srv', process.execPath, MAIN, 'zone', 'test', one, '--server', `${at}:54`),
    ).toMatchObject({
      code: 4,
      out: expect.stringContaining('the port is closed'),
    });
  });
});

function apexOf(line: string): string {
  const { zone } = JSON.parse(line) as { zone: string };
  return /^(\S+)\s.*\sSOA\s/m.exec(zone)?.[1] ?? '.';
}

const addressOf = (index: number): string => `10.66.0.${index + 1}`;

/** Asks as the verb does, all in one process: its arguments are files and addresses by turns. */
const ASK_ALL = `
import { testServer } from ${JSON.stringify(join(MAIN, '../../api/zone-test.js'))};
const sum = { passed: 0, failures: [] };
for (let at = 1; at < process.argv.length; at += 2) {
  const { passed, failures } = await testServer(process.argv[at], { address: process.argv[at + 1], port: 53 });
  sum.passed += passed;
  sum.failures.push(...failures);
}
console.log(JSON.stringify(sum));
`;

test.runIf(!existsSync(file))('where the data is not there, it is said', () => {
  console.log('conformance: absent');
  expect(existsSync(file)).toBe(false);
});
