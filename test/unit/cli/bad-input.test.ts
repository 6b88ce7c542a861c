import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CommandLine, SCENARIOS } from '../../support/command-line.ts';

const BOOT = readFileSync(join(SCENARIOS, 'cable-modem-boot.yaml'), 'utf8');
const LOOKUP = readFileSync(join(SCENARIOS, 'name-lookup.yaml'), 'utf8');

let cli: CommandLine;
beforeAll(() => {
  cli = new CommandLine();
  cpSync(join(SCENARIOS, 'files'), join(cli.folder, 'files'), { recursive: true });
  cli.file('boot.yaml', BOOT);
});
afterAll(() => cli.remove());

/** The flagship with pieces of its text replaced; each piece must be there. */
function bootWith(name: string, ...changes: readonly (readonly [string, string])[]): string {
  return changed(name, BOOT, changes);
}

function changed(name: string, text: string, changes: readonly (readonly [string, string])[]): string {
  let out = text;
  for (const [piece, by] of changes) {
    if (!out.includes(piece)) throw new Error(`there is no ${piece}`);
    out = out.replaceAll(piece, () => by);
  }
  return cli.file(name, out);
}

/** One message a mistake, each complete; no stack, nothing on standard output. */
function expectTold(said: { code: number | null; out: string; err: string }, code: number): void {
  expect(said.err).not.toMatch(/^\s+at |node:internal|undefined|\[object/m);
  expect(said.out).toBe('');
  expect(said.code).toBe(code);
}

/** Lines of `a: &a [...]`, each ten times the one before. */
function bomb(levels: number): string {
  const lines = ['x0: &x0 [y, y, y, y, y, y, y, y, y, y]'];
  for (let level = 1; level <= levels; level++) {
    const aliases = Array.from({ length: 10 }, () => `*x${level - 1}`).join(', ');
    lines.push(`x${level}: &x${level} [${aliases}]`);
  }
  return `${BOOT}${lines.join('\n')}\n`;
}

describe('a scenario that is wrong: exit code 2, file:line:column, what to do', () => {
  test.concurrent.each([
    {
      name: 'a misspelt key',
      make: () => bootWith('key.yaml', ['helper:', 'helpr:']),
      says: [
        /^headend: key\.yaml:34:5 devices\.cmts\.helper: is missing: /m,
        /^headend: key\.yaml:38:5 .*did you mean "helper"\?$/m,
      ],
    },
    {
      name: 'a wrong address',
      make: () => bootWith('address.yaml', ['ip: 10.0.0.67', 'ip: 10.0.0.670']),
      says: [/^headend: address\.yaml:17:9 services\.dhcp\.ip: "10\.0\.0\.670" is no address: .*0 to 255/m],
    },
    {
      name: 'an unknown host in expect',
      make: () => bootWith('host.yaml', ['TOD cm>tod', 'TOD cm>tood']),
      says: [
        /^headend: host\.yaml:53:18 .*"tood" is no device or service of this file: did you mean "tod"\?$/m,
      ],
    },
    {
      name: 'an alias bomb',
      make: () => cli.file('bomb.yaml', bomb(9)),
      says: [/^headend: bomb\.yaml:\d+:\d+ .*grows to more than 200000 values: use fewer aliases/m],
    },
    {
      name: 'a file of 50 MB',
      make: () => cli.file('big.yaml', Buffer.alloc(50_000_000, 'a')),
      says: [/^headend: big\.yaml: the file has 50000000 octets: what is read here has at most \d+$/m],
    },
    {
      name: 'a binary file',
      make: () => cli.file('x.bin', readFileSync(process.execPath).subarray(0, 9999)),
      says: [/^headend: x\.bin:1:1 this is not a text file/m],
    },
    {
      name: 'an empty file',
      make: () => cli.file('empty.yaml', ''),
      says: [/^headend: empty\.yaml:1:1 there is nothing in this file: write keys/m],
    },
    {
      name: 'Windows line ends and a byte order mark: the places are right',
      make: () => cli.file('win.yaml', `\ufeff${BOOT.replace('helper:', 'helpr:').replaceAll('\n', '\r\n')}`),
      says: [/^headend: win\.yaml:38:5 .*did you mean "helper"\?$/m],
    },
    {
      name: 'UTF-16',
      make: () => cli.file('wide.yaml', Buffer.from(`\ufeff${BOOT}`, 'utf16le')),
      says: [/^headend: wide\.yaml:1:1 .*UTF-16: save it as UTF-8$/m],
    },
    {
      name: 'a record of a zone in place',
      make: () =>
        changed('record.yaml', LOOKUP, [
          ['{ file: ./files/zones/lab.example.zone }', '{ records: { www: { type: A, data: 10.0.0.800 } } }'],
        ]),
      says: [
        /^headend: record\.yaml:18:62 services\.dns\.zones\.lab\.example\.records\.www\.data: "10\.0\.0\.800" will not do: write an IPv4 address/m,
      ],
    },
    {
      name: 'a file that is not there',
      make: () => bootWith('nofile.yaml', ['./files/plant.key', './files/plan.key']),
      says: [
        /^headend: nofile\.yaml:39:18 devices\.cmts\.secret-file: there is no file "\.\/files\/plan\.key"/m,
      ],
    },
    {
      name: 'a path that climbs out',
      make: () => bootWith('dots.yaml', ['./files/plant.key', '../../etc/passwd']),
      says: [/^headend: dots\.yaml:39:18 .*leads out of the scenario's folder: .*--allow-path$/m],
    },
    {
      name: 'a link that leads out',
      make: () => {
        symlinkSync('/etc/passwd', join(cli.folder, 'files/out.key'));
        return bootWith('link.yaml', ['./files/plant.key', './files/out.key']);
      },
      says: [
        /^headend: link\.yaml:39:18 .*"\.\/files\/out\.key" leads out of the scenario's folder: .*--allow-path$/m,
      ],
    },
    {
      name: 'a broken zone file',
      make: () => {
        cli.file(
          'files/bad.zone',
          '$ORIGIN lab.example.\n@ 300 SOA ns h 1 2 3 4 5\n@ 300 NS ns\nns 300 A 10.0.0.530\n',
        );
        return changed('zone.yaml', LOOKUP, [['./files/zones/lab.example.zone', './files/bad.zone']]);
      },
      says: [/^headend: .*files\/bad\.zone:4:10 "10\.0\.0\.530": expected an IPv4 address/m],
    },
    {
      name: 'a broken configuration',
      make: () => {
        cli.file('files/bad.yaml', 'network-access: true\nmax-cpe: many\n');
        return bootWith('config.yaml', ['./files/gold.yaml', './files/bad.yaml']);
      },
      says: [/^headend: files\/bad\.yaml:2:10 max-cpe: .*whole number/m],
    },
  ])('$name', async ({ make, says }) => {
    const said = await cli.run('run', make());
    expectTold(said, 2);
    for (const pattern of says) expect(said.err).toMatch(pattern);
  });

  test.runIf(process.platform === 'linux')('a device without an end', async () => {
    const said = await cli.run('run', '/dev/zero');
    expectTold(said, 2);
    expect(said.err).toBe(
      'headend: /dev/zero: the file has more than 12582912 octets: what is read here has at most 12582912\n',
    );
  });

  test('of several files none is run when one is wrong', async () => {
    const said = await cli.run('run', 'boot.yaml', 'missing.yaml');
    expectTold(said, 2);
    expect(said.err).toBe(
      'headend: missing.yaml: there is no such file: check the name and the folder you are in\n',
    );
  });

  test('a byte order mark and Windows line ends alone are no mistake', async () => {
    const file = cli.file('fine.yaml', `\ufeff${BOOT.replaceAll('\n', '\r\n')}`);
    expect(await cli.run('validate', file)).toMatchObject({ code: 0, err: '' });
  });
});

describe.runIf(process.platform === 'linux')('a result that cannot be written', () => {
  test.concurrent.each([
    { flag: '--pcap', path: 'files', code: 2, says: /^headend: files: that is a folder: name a file$/m },
    {
      flag: '--pcap',
      path: 'boot.yaml/x.pcapng',
      code: 2,
      says: /^headend: boot\.yaml\/x\.pcapng: a part of the path is a file: /,
    },
    {
      flag: '--pcap',
      path: '/proc/none/x.pcapng',
      code: 2,
      says: /^headend: \/proc\/none\/x\.pcapng: the folder cannot be made: /,
    },
    {
      flag: '--pcap',
      path: '/dev/full',
      code: 4,
      says: /^headend: \/dev\/full: the disk is full\nheadend: {3}what to do: make room/,
    },
    {
      flag: '--trace',
      path: '/dev/full',
      code: 4,
      says: /^headend: \/dev\/full: the disk is full\nheadend: {3}what to do: make room/,
    },
  ])('$flag $path: $code', async ({ flag, path, code, says }) => {
    const said = await cli.run('run', 'boot.yaml', flag, path);
    expectTold(said, code);
    expect(said.err).toMatch(says);
  });

  test.each([{ flags: [] }, { flags: ['--json'] }])(
    'standard output on a full disk is not success, $flags',
    async ({ flags }) => {
      const { code, err } = await cli.runWith({ outFile: '/dev/full' }, 'run', 'boot.yaml', ...flags);
      expect(code).toBe(4);
      expect(err).toMatch(
        /^headend: what was printed did not all arrive \(ENOSPC\)\nheadend: {3}what to do: /,
      );
    },
  );
});

describe('signals', () => {
  test.each([
    { signal: 'SIGINT', code: 130 },
    { signal: 'SIGTERM', code: 143 },
  ] as const)('$signal in a long run: $code, and what was seen until then', async ({ signal, code }) => {
    const trace = `${signal}.trace`;
    const file = changed('storm.yaml', readFileSync(join(SCENARIOS, 'boot-storm-5000.yaml'), 'utf8'), []);
    const said = await cli.runWith(
      { signalWhen: { file: trace, signal } },
      'run',
      file,
      '--set',
      'spread=5s',
      // So many that it is not over before the signal comes.
      '--set',
      'devices.cm.count=20000',
      '--trace',
      trace,
    );
    expect(said.code).toBe(code);
    // Of so many hosts the trace has a sample, which is said at the start.
    expect(said.err).toMatch(/\nheadend: interrupted: this is what was seen until then\n$/);
    expect(said.out).toMatch(new RegExp(`inconclusive.* exit ${code}\\n$`));
  });
});

describe('JSON is all that is on standard output', () => {
  test.concurrent.each([
    {
      name: 'bad usage',
      args: ['run', '--json', '--sed', '4', 'boot.yaml'],
      code: 2,
      shows: { verdict: 'error', error: { kind: 'usage' } },
    },
    { name: 'an unknown verb', args: ['rnu', '--json'], code: 2, shows: { verdict: 'error' } },
    {
      name: 'a missing scenario',
      args: ['plan', 'none.yaml', '--json'],
      code: 2,
      shows: { verdict: 'error' },
    },
    {
      name: 'a folder without leases',
      args: ['leases', '--state', 'none', '--json'],
      code: 4,
      shows: { verdict: 'error', error: { kind: 'environment' } },
    },
    {
      name: 'one bad file of two',
      args: ['validate', 'boot.yaml', 'none.yaml', '--json'],
      code: 2,
      shows: { verdict: 'error', files: [{ verdict: 'pass' }, { verdict: 'error' }] },
    },
    {
      name: 'ladders',
      args: ['run', 'boot.yaml', '--ladder', 'cm', '--json'],
      code: 0,
      shows: { verdict: 'pass' },
    },
    {
      name: 'a list of what can be explained',
      args: ['explain', '--json'],
      code: 0,
      shows: { verdict: 'pass' },
    },
    {
      name: 'nothing to explain',
      args: ['explain', 'nothing', '--json'],
      code: 2,
      shows: { verdict: 'error' },
    },
    {
      name: 'what is no trace',
      args: ['ladder', 'boot.yaml', '--json'],
      code: 2,
      shows: { verdict: 'error' },
    },
    {
      name: 'what is no configuration',
      args: ['docsis', 'decode', 'boot.yaml', '--json'],
      code: 2,
      shows: { verdict: 'error' },
    },
  ])('$name', async ({ args, code, shows }) => {
    const said = await cli.run(...args);
    expect(said.code).toBe(code);
    expect(JSON.parse(said.out)).toMatchObject({ format_version: 1, ...shows });
    expect(said.err).not.toMatch(/^\s+at /m);
  });
});

describe('DOCSIS files that are none', () => {
  const GOOD = Buffer.from('030101ff', 'hex');
  const verbs = [
    { verb: 'decode', flags: [] },
    { verb: 'verify', flags: ['--secret-file', 'files/plant.key'] },
  ] as const;
  const files = [
    { name: 'empty', octets: Buffer.alloc(0), says: /: the file is empty: / },
    {
      name: 'cut',
      octets: Buffer.from('0304', 'hex'),
      says: /: truncated at octet \d+: TLV 3: it is damaged/,
    },
    {
      name: 'one octet short',
      octets: Buffer.from('1805010200', 'hex'),
      says: /: truncated at octet \d+: TLV 24/,
    },
    {
      name: 'huge',
      octets: Buffer.alloc(2_000_000),
      says: /: the file has 2000000 octets: what is read here has at most 1048576$/m,
    },
  ];
  test.concurrent.each(verbs.flatMap((verb) => files.map((file) => ({ ...verb, ...file }))))(
    '$verb: $name',
    async ({ verb, flags, name, octets, says }) => {
      const said = await cli.run('docsis', verb, cli.file(`${verb} ${name}.cm`, octets), ...flags);
      expectTold(said, 2);
      expect(said.err).toMatch(says);
      expect(said.err).toContain(`${verb} ${name}.cm`);
    },
  );

  test('a configuration without MICs is read, and fails the check', async () => {
    cli.file('bare.cm', GOOD);
    expect(await cli.run('docsis', 'decode', 'bare.cm')).toMatchObject({ code: 0 });
    const said = await cli.run('docsis', 'verify', 'bare.cm', '--secret-file', 'files/plant.key');
    expect(said.code).toBe(1);
    expect(said.out).toBe('CM MIC    missing\nCMTS MIC  missing\n');
  });

  test.concurrent.each([
    { name: 'no mapping', text: 'just text\n', says: /none\.yaml:1:1 .*TLVs as a map/ },
    { name: 'a misspelt TLV', text: 'network-acces: true\n', says: /none\.yaml:1:\d+ .*network-acces/ },
    {
      name: 'a number that does not fit',
      text: 'max-cpe: 70000\n',
      says: /none\.yaml:1:10 max-cpe: .*0 to 255/,
    },
    { name: 'nothing', text: '', says: /none\.yaml:1:1 there is nothing in this file/ },
  ])('encode: $name', async ({ name, text, says }) => {
    const folder = join(cli.folder, name);
    mkdirSync(folder);
    const file = cli.file(`${name}/none.yaml`, text);
    const said = await cli.run('docsis', 'encode', file, '--secret-file', 'files/plant.key', '-o', 'x.cm');
    expectTold(said, 2);
    expect(said.err).toMatch(says);
  });
});
