import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeCapture } from '../../../src/codec/pcap-reader.ts';
import { CommandLine, SCENARIOS } from '../../support/command-line.ts';

const BOOT = join(SCENARIOS, 'cable-modem-boot.yaml');
const CONFIGS = resolve(import.meta.dirname, '../../../fixtures/configs');

let cli: CommandLine;
beforeAll(() => {
  cli = new CommandLine();
});
afterAll(() => cli.remove());

/** A lab in which a host waits for an address that nobody gives. */
const LONELY = (within: string): string => `headend: 1
name: lonely
seed: 1
duration: 30s
net: { lan: { kind: segment } }
services: { tod: { on: lan, ip: 10.0.0.37 } }
devices: { pc: { kind: host, on: lan } }
timeline: [{ at: 0s, do: power-on, who: pc }]
expect:
  - ${within}
`;

describe('bad usage is exit code 2, one message on standard error, no stack', () => {
  test.concurrent.each([
    { args: ['rnu'], says: /unknown command 'rnu'[^]*Did you mean run\?/ },
    { args: ['help', 'rnu'], says: /unknown command 'rnu'/ },
    { args: ['run', BOOT, '--mode', 'live', '--check-determinism'], says: /live runs have no digest/ },
    { args: ['run'], says: /missing required argument 'files'/ },
    {
      args: ['run', BOOT, '--seedd', '4'],
      says: /unknown option '--seedd'[^]*Did you mean one of --seed, --seeds\?/,
    },
    {
      args: ['run', BOOT, '--set', 'net.hcf.loss=2%'],
      says: /--set net.hcf.loss=2%: net: net has no "hcf": did you mean "hfc"\?/,
    },
    { args: ['run', BOOT, '--mode', 'real'], says: /Allowed choices are virtual, live/ },
    { args: ['run', BOOT, '--seed', '-1'], says: /not a whole number from 0 to 4294967295/ },
    { args: ['run', BOOT, '--ladder', 'cmst'], says: /there is no host "cmst": did you mean cmts\?/ },
    { args: ['run', 'nowhere.yaml'], says: /nowhere\.yaml: there is no such file/ },
    { args: ['run', '.'], says: /that is a folder/ },
    { args: ['explain', 'avalanch'], says: /did you mean avalanche\?/ },
    { args: ['explain', 'gone.trace'], says: /gone\.trace: there is no such file: check the name/ },
    { args: ['docsis', 'decode', 'none.cm'], says: /no such file/ },
    { args: ['probe', 'dns', 'localhost', 'a.example'], says: /"localhost" is not an address/ },
    { args: ['probe', 'dns', '127.0.0.1', 'a..example'], says: /label between two dots/ },
    { args: ['probe', 'dns', '127.0.0.1', 'a.example', 'AAAAA'], says: /did you mean AAAA\?/ },
    { args: ['leases'], says: /required option '--state <folder>'/ },
  ])('$args', async ({ args, says }) => {
    const { code, out, err } = await cli.run(...args);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toMatch(says);
    expect(err).not.toMatch(/^\s+at /m);
  });

  test('a misspelt key is shown at file:line:column, in JSON too', async () => {
    const file = cli.file('typo.yaml', LONELY('always: leases.unique').replace('seed:', 'sede:'));
    const { code, out, err } = await cli.run('run', file, '--json');
    expect(code).toBe(2);
    expect(err).toMatch(/^headend: typo\.yaml:3:1 sede: .*did you mean "?seed/m);
    expect(JSON.parse(out)).toMatchObject({ format_version: 1, verdict: 'error', error: { kind: 'usage' } });
  });
});

describe('the exit code says how it went', () => {
  test.concurrent.each([
    {
      name: 'passed',
      expectation: 'eventually: { all: pc, state: selecting }',
      level: '',
      code: 0,
      verdict: 'pass',
    },
    {
      name: 'failed',
      expectation: 'eventually: { all: pc, state: bound }',
      level: '',
      code: 1,
      verdict: 'fail',
    },
    {
      name: 'never judged',
      expectation: 'always: leases.unique',
      level: '',
      code: 3,
      verdict: 'inconclusive',
    },
    {
      name: 'warned',
      expectation: 'eventually: { all: pc, state: bound }',
      level: '\n    level: warn',
      code: 0,
      verdict: 'warn',
    },
  ])('$name: $code', async ({ name, expectation, level, code, verdict }) => {
    const file = cli.file(`${name}.yaml`, LONELY(`${expectation}${level}`));
    const said = await cli.run('run', file, '--json');
    expect(said.code).toBe(code);
    expect(JSON.parse(said.out)).toMatchObject({
      format_version: 1,
      scenario: 'lonely',
      verdict,
      mode: 'virtual',
    });
  });

  test('several files: one object, the worst verdict', async () => {
    const bad = cli.file('bad.yaml', LONELY('eventually: { all: pc, state: bound }'));
    const good = cli.file('good.yaml', LONELY('eventually: { all: pc, state: selecting }'));
    const { code, out } = await cli.run('run', bad, good, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      verdict: 'fail',
      runs: [{ verdict: 'fail' }, { verdict: 'pass' }],
    });
  });

  test('a failure says how to repeat it and what teaches it, and the last line is the count', async () => {
    const file = cli.file('lost.yaml', LONELY('eventually: { all: pc, state: bound }'));
    const { out } = await cli.run('run', file);
    expect(out).toMatch(/reproduce +node .*main\.js run lost\.yaml --seed 1$/m);
    expect(out).toMatch(/learn +node \S+main\.js explain/);
    expect(out.trimEnd().split('\n').at(-1)).toBe(' 1 failed, 0 warned, 0 passed   exit 1');
  });
});

function digestOf({ out }: { out: string }): unknown {
  return (JSON.parse(out) as { digest: unknown }).digest;
}

describe('run', () => {
  test('one seed, one run: the digest repeats, another seed has another', async () => {
    const [first, second, other] = await Promise.all([
      cli.run('run', BOOT, '--json'),
      cli.run('run', BOOT, '--json'),
      cli.run('run', BOOT, '--json', '--seed', '8'),
    ]);
    expect(digestOf(first)).toMatch(/^[0-9a-f]{16}$/);
    expect(digestOf(second)).toBe(digestOf(first));
    expect(digestOf(other)).not.toBe(digestOf(first));
  });

  test('draws ladders, writes a capture with the digest, and a trace that draws the same ladder', async () => {
    const run = await cli.run(
      'run',
      BOOT,
      '--ladder',
      'cm[1]',
      '--pcap',
      'out/boot.pcapng',
      '--trace',
      'boot.trace',
    );
    expect(run).toMatchObject({ code: 0, err: '' });
    const drawn = await cli.run('ladder', 'boot.trace', '--who', 'cm[1]');
    expect(run.out.startsWith(drawn.out.trimEnd())).toBe(true);
    expect(drawn.out).toMatch(/DISCOVER[^]*OFFER[^]*RRQ gold\.cfg[^]*REG-RSP/);
    const capture = decodeCapture(new Uint8Array(readFileSync(join(cli.folder, 'out/boot.pcapng'))));
    const digest = /digest ([0-9a-f]{16})/.exec(run.out)?.[1];
    expect(capture.comment).toContain(`digest ${digest}`);
    expect(capture.packets.length).toBeGreaterThan(50);
  });

  test('a pipe gets no colour, whatever the terminal', async () => {
    const { out } = await cli.runWith({ env: { FORCE_COLOR: '3' } }, 'run', BOOT, '--ladder', 'cm');
    expect(out).not.toContain('\u001b');
  });

  test('a reader that goes away does not break the run', async () => {
    const { code, err } = await cli.runWith({ closeOut: true }, 'run', BOOT, '--ladder', 'cm');
    expect(err).toBe('');
    expect(code).toBe(0);
  });

  test('Ctrl-C ends it with 130 and keeps what was seen', async () => {
    const file = cli.file('slow.yaml', LONELY('eventually: { all: pc, state: bound }'));
    const { code, out, err } = await cli.runWith(
      { signalWhen: { file: 'slow.trace', signal: 'SIGINT' } },
      'run',
      file,
      '--mode',
      'live',
      '--trace',
      'slow.trace',
    );
    expect(code).toBe(130);
    expect(err).toContain('interrupted');
    expect(out).toContain('inconclusive');
  });
});

describe('the other verbs', () => {
  test('validate tells what a lenient zone was forgiven, with its place', async () => {
    cli.file('lenient.zone', '@ 300 SOA ns m. 1 2 3 4 5\n@ 300 NS ns\nns 300 A 10.0.0.53\nns 300 CNAME a\n');
    const file = cli.file(
      'lenient.yaml',
      'headend: 1\nname: z\nnet: { core: { kind: segment } }\nservices:\n' +
        '  dns: { on: core, ip: 10.0.0.53, zones: { lab.example: { file: ./lenient.zone, check: lenient } } }\n',
    );
    const { code, err } = await cli.run('validate', file);
    expect(code).toBe(0);
    expect(err).toMatch(/^headend: \.\/lenient\.zone:4:1: error HE-ZONE-004: .* expected /);
  });

  test('plan and validate open nothing and say it as JSON', async () => {
    const [plan, validate] = await Promise.all([
      cli.run('plan', BOOT, '--json'),
      cli.run('validate', BOOT, '--json'),
    ]);
    expect(JSON.parse(plan.out)).toMatchObject({
      format_version: 1,
      verdict: 'pass',
      scenario: 'cable-modem-boot',
    });
    expect(JSON.parse(validate.out)).toMatchObject({ verdict: 'pass', files: [{ verdict: 'pass' }] });
  });

  test('schema is a JSON Schema that names the keys of a scenario', async () => {
    const { out } = await cli.run('schema');
    expect(JSON.parse(out)).toMatchObject({ $schema: expect.stringContaining('draft-07') });
  });

  test('docsis: the same octets back, and which MIC does not hold', async () => {
    const hex = readFileSync(join(CONFIGS, 'a-docsis10-class.hex'), 'utf8');
    const octets = Buffer.from(hex.replace(/#.*$/gm, '').replace(/\s/g, ''), 'hex');
    cli.file('gold.cm', octets);
    cli.file('plant.key', 'headend-lab-7Q');
    cli.file('gold.yaml', (await cli.run('docsis', 'decode', 'gold.cm')).out);
    const encoded = await cli.run(
      'docsis',
      'encode',
      'gold.yaml',
      '--secret-file',
      'plant.key',
      '-o',
      'again.cm',
    );
    expect(encoded.code).toBe(0);
    expect(readFileSync(join(cli.folder, 'again.cm')).equals(octets)).toBe(true);
    expect(await cli.run('docsis', 'verify', 'again.cm', '--secret-file', 'plant.key')).toMatchObject({
      code: 0,
    });
    cli.file('empty.key', '');
    const refused = await cli.run('docsis', 'verify', 'again.cm', '--secret-file', 'empty.key', '--json');
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.out)).toMatchObject({ verdict: 'fail', cm_mic: 'good', cmts_mic: 'bad' });
    cli.file('short.cm', octets.subarray(0, 40));
    expect(await cli.run('docsis', 'verify', 'short.cm', '--secret-file', 'empty.key')).toMatchObject({
      code: 2,
    });
  });

  test('explain says what a word means, in text and as JSON', async () => {
    const [text, json] = await Promise.all([
      cli.run('explain', 'relay'),
      cli.run('explain', 'relay', '--json'),
    ]);
    expect(text.out).toMatch(/what you see[^]*why[^]*RFC 3046[^]*try it[^]*mend it/);
    expect(JSON.parse(json.out)).toMatchObject({ format_version: 1, verdict: 'pass', name: 'relay' });
  });

  test('explain reads a packet: of a capture, of a trace, in hex; a second reader beside', async () => {
    await cli.run('run', BOOT, '--pcap', 'x.pcapng', '--trace', 'x.trace');
    const [captured, traced, typed] = await Promise.all([
      cli.run('explain', 'x.pcapng#5', '--json'),
      cli.run('explain', 'x.trace#3'),
      cli.run('explain', '0001676f6c642e636667006f6374657400', '--second-reader', '--json'),
    ]);
    expect(JSON.parse(captured.out)).toMatchObject({
      protocol: 'DHCP',
      kind: 'DISCOVER',
      concept: { name: 'dora' },
    });
    expect(traced.out).toMatch(/^ (RNG|cmts|modem|decision HE-)/);
    expect(JSON.parse(typed.out)).toMatchObject({
      protocol: 'TFTP',
      fields: { file: 'gold.cfg' },
      second_reader: { package: 'tftp', result: { reading: { kind: 'rrq', packet: { file: 'gold.cfg' } } } },
    });
  });

  test('doctor looks at the machine and leaves nothing behind', async () => {
    const { out } = await cli.run('doctor', '--json');
    const { findings } = JSON.parse(out) as { findings: { name: string; cure: string; verdict: string }[] };
    expect(findings.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['node', 'udp/67', 'leases', 'datagrams']),
    );
    for (const { verdict, cure } of findings)
      if (verdict !== 'note') expect(cure === '').toBe(verdict === 'pass');
  });

  test('leases of a folder without any is exit code 4 with the cure', async () => {
    const { code, err } = await cli.run('leases', '--state', 'none');
    expect(code).toBe(4);
    expect(err).toMatch(/holds no leases\n.*what to do: /);
    expect(existsSync(join(cli.folder, 'none'))).toBe(false);
  });
});
