import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeCapture } from '../../../src/codec/pcap-reader.ts';
import { CommandLine, SCENARIOS } from '../../support/command-line.ts';

/** As YAML writes it: right-to-left override, C1 CSI, a zero-width space, markup. Without C0, so that names take it. */
const NAME = String.raw`\u202eevil\u009b1m\u200b<b>`;
/** The same with escape sequences and a bell, where any text may stand. */
const TEXT = String.raw`\u001b[31mred\u0007${NAME}`;
/** Nothing of it may be seen: C0 but line ends, DEL, C1, formats, separators, private use. */
const NEVER_SHOWN = /[^\P{C}\n]|[\u2028\u2029]/u;

const SCENARIO = `headend: 1
name: hostile
about: "${TEXT}"
duration: 1m
net: { hfc: { kind: segment }, core: { kind: segment } }
services:
  dhcp:
    on: core
    ip: 10.0.0.67
    subnets:
      - subnet: 10.9.0.0/18
        relay: 10.9.0.1
        range: 10.9.16.1-10.9.16.99
        tftp: { server: 10.0.0.69, file: "${NAME}" }
        options: { domain-name: "${NAME}" }
        reservations: [{ mac: "00:10:18:00:00:00", ip: 10.9.15.1, hostname: "${NAME}" }]
  tftp: { on: core, ip: 10.0.0.69, files: { other: x } }
  dns:
    on: core
    ip: 10.0.0.53
    zones: { lab.example: { records: { text: { type: TXT, data: '"\\027[31m\\226\\128\\174"' } } } }
devices:
  cmts: { kind: cmts, cable: hfc, uplink: core, giaddr: 10.9.0.1, helper: 10.0.0.67 }
  cm: { kind: cable-modem, on: hfc, mac: "00:10:18:00:00:00" }
  asks: { kind: stub, on: core, ip: 10.0.0.99, resolver: dns, ask: "\\\\027[31m\\\\226\\\\128\\\\174.lab.example TXT" }
  reads: { kind: stub, on: core, ip: 10.0.0.98, resolver: dns, ask: text.lab.example TXT }
  host: { kind: host, on: core, class: "${NAME}" }
timeline:
  - { at: 0s, do: power-on, who: cm }
  - { at: 0s, do: power-on, who: asks }
  - { at: 0s, do: power-on, who: reads }
  - { at: 0s, do: power-on, who: host }
expect:
  - eventually: { all: cm, state: operational, within: 50s }
    why: "${TEXT}"
    fail: "${TEXT}"
  - sequence: { each: cm, steps: ["DHCP ACK dhcp>cmts opt15=${NAME}", "TFTP RRQ cm>tftp file=x${NAME}"] }
`;

let cli: CommandLine;
beforeAll(async () => {
  cli = new CommandLine();
  cpSync(join(SCENARIOS, 'files'), join(cli.folder, 'files'), { recursive: true });
  cli.file('hostile.yaml', SCENARIO);
  await cli.run('run', 'hostile.yaml', '--pcap', 'h.pcapng', '--trace', 'h.trace');
});
afterAll(() => cli.remove());

const LADDERS = ['cm', 'asks', 'reads', 'host'].flatMap((who) => ['--ladder', who]);

describe("what a stranger's scenario says is shown escaped, and nowhere raw", () => {
  test.concurrent.each([
    { name: 'ladders and a failure', args: ['run', 'hostile.yaml', ...LADDERS], shows: 'evil' },
    { name: 'the result as JSON', args: ['run', 'hostile.yaml', '--json'], shows: 'evil' },
    { name: 'a plan', args: ['plan', 'hostile.yaml'], shows: 'evil' },
    { name: 'a plan as JSON', args: ['plan', 'hostile.yaml', '--json'], shows: 'evil' },
    { name: 'a ladder of a trace', args: ['ladder', 'h.trace', '--who', 'cm'], shows: 'evil' },
    { name: 'a ladder as JSON', args: ['ladder', 'h.trace', '--who', 'cm', '--json'], shows: 'evil' },
    { name: 'a file of such a name', args: ['run', '\u001b[31m\u202e.yaml'], shows: 'no such file' },
    {
      name: 'a host of such a name',
      args: ['run', 'hostile.yaml', '--ladder', '\u001b[31m'],
      shows: 'no host',
    },
    { name: 'a verb of such a name', args: ['\u001b[31m\u202e'], shows: 'unknown command' },
    {
      name: 'a topic of such a name',
      args: ['explain', '\u001b[31m\u202e', '--json'],
      shows: 'nothing is known',
    },
  ])('$name', async ({ args, shows }) => {
    const { out, err } = await cli.run(...args);
    expect(`${out}${err}`).toContain(shows);
    expect(`${out}${err}`).not.toMatch(NEVER_SHOWN);
  });

  test('in the comments of a capture, and in a trace', () => {
    const { comment, packets } = decodeCapture(new Uint8Array(readFileSync(join(cli.folder, 'h.pcapng'))));
    const comments = [comment, ...packets.map((packet) => packet.comment)].join('\n');
    expect(comments).toContain('HE-');
    expect(comments).not.toMatch(NEVER_SHOWN);
    const trace = readFileSync(join(cli.folder, 'h.trace'), 'utf8');
    expect(trace).toContain('evil');
    expect(trace).not.toMatch(NEVER_SHOWN);
  });
});
