import { cpSync, linkSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CommandLine, SCENARIOS } from '../../support/command-line.ts';

const BOOT = readFileSync(join(SCENARIOS, 'cable-modem-boot.yaml'), 'utf8');
const ZONE = '$ORIGIN lab.example.\n@ 60 SOA ns host 1 2 3 4 5\n@ 60 NS ns\nns 60 A 10.0.0.53\n';

let cli: CommandLine;
let kept: readonly string[];
const before = new Map<string, string>();

beforeAll(async () => {
  cli = new CommandLine();
  cpSync(join(SCENARIOS, 'files'), join(cli.folder, 'files'), { recursive: true });
  cli.file('kept.yaml', BOOT);
  cli.file('kept.zone', ZONE);
  linkSync(join(cli.folder, 'kept.yaml'), join(cli.folder, 'link.pcapng'));
  await cli.run('run', 'kept.yaml', '--trace', 'kept.trace', '--reporter', 'json=kept.json');
  kept = ['kept.yaml', 'kept.zone', 'kept.trace', 'kept.json', 'files/gold.yaml'];
  for (const name of kept) before.set(name, readFileSync(join(cli.folder, name), 'utf8'));
});
afterAll(() => cli.remove());

describe('a file that a command reads is not written over', () => {
  test.concurrent.each([
    {
      name: 'the scenario, as a trace',
      say: ['run', 'kept.yaml', '--trace', 'kept.yaml'],
      flag: '--trace kept.yaml',
    },
    {
      name: 'the scenario, by another path',
      say: ['run', 'kept.yaml', '--reporter', 'json=./files/../kept.yaml'],
      flag: '--reporter json ./files/../kept.yaml',
    },
    {
      name: 'the scenario, by a link',
      say: ['run', 'kept.yaml', '--pcap', 'link.pcapng'],
      flag: '--pcap link.pcapng',
    },
    {
      name: 'a file that the scenario names',
      say: ['run', 'kept.yaml', '--report', 'files/gold.yaml'],
      flag: '--report files/gold.yaml',
    },
    {
      name: 'many runs',
      say: ['run', 'kept.yaml', '--seeds', '1..2', '--reporter', 'junit=kept.yaml'],
      flag: '--reporter junit kept.yaml',
    },
    {
      name: 'a trace, by its page',
      say: ['view', 'kept.trace', '-o', 'kept.trace'],
      flag: '--out kept.trace',
    },
    {
      name: 'a trace, by its picture',
      say: ['ladder', 'kept.trace', '--svg', 'kept.trace'],
      flag: '--svg kept.trace',
    },
    { name: 'results', say: ['merge', 'kept.json', '--out', 'kept.json'], flag: '--out kept.json' },
    { name: 'a zone', say: ['zone', 'export', 'kept.zone', '-o', 'kept.zone'], flag: '--out kept.zone' },
    {
      name: 'a configuration, with --force',
      say: ['import', 'kept.json', '--force', '-o', 'kept.json'],
      flag: '--out kept.json',
    },
  ])('$name', async ({ say, flag }) => {
    const said = await cli.run(...say);
    expect(said.err).toContain(
      `headend: ${flag} would write over a file that this command reads: name another file\n`,
    );
    expect(said).toMatchObject({ code: 2, out: '' });
    for (const name of kept) expect(readFileSync(join(cli.folder, name), 'utf8')).toBe(before.get(name));
  });

  test.each([
    {
      say: ['run', 'kept.yaml', '--trace', 'both', '--pcap', './both'],
      last: '--trace both',
      first: '--pcap',
    },
    {
      say: ['lesson', 'run', '8', '--no-ask', '--trace', 'both', '--pcap', './both'],
      last: '--pcap ./both',
      first: '--trace',
    },
  ])('two flags that name one file: $say.0', async ({ say, last, first }) => {
    const said = await cli.run(...say);
    expect(said.err).toContain(
      `headend: ${last} is the file of ${first} as well: give each a file of its own\n`,
    );
    expect(said).toMatchObject({ code: 2, out: '' });
  });

  test('what is no file may be named twice', async () => {
    const said = await cli.run('run', 'kept.yaml', '--trace', '/dev/null', '--pcap', '/dev/null');
    expect(said.code).toBe(0);
  });
});
