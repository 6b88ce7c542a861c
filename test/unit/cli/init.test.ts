import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CommandLine } from '../../support/command-line.ts';

let cli: CommandLine;
beforeAll(() => {
  cli = new CommandLine();
});
afterAll(() => cli.remove());

const written = (name: string): string => readFileSync(join(cli.folder, name), 'utf8');

test('where nobody can be asked, what no flag says has its default; the next three commands are told and work', async () => {
  const { code, out } = await cli.run('init');
  expect(code).toBe(0);
  expect(out).toMatch(
    /✓ wrote lab\.yaml\n {3}next:\n.* validate lab\.yaml\n.* run lab\.yaml\n.* serve lab\.yaml\n$/,
  );
  expect(await cli.run('validate', 'lab.yaml')).toMatchObject({ code: 0 });
  const run = await cli.run('run', 'lab.yaml');
  expect(run.out).toMatch(/1 host bound {3}3 cable-modem operational/);
  expect(run.code).toBe(0);
});

describe('each flag, and the file is valid and passes', () => {
  test.concurrent.each([
    {
      name: 'no modems',
      args: ['--modems', '0'],
      has: [/^ {2}lan: /m],
      hasNot: [/cmts/, /hfc/, /gold/],
    },
    {
      name: 'a network: the rest follows',
      args: ['--subnet', '198.51.100.0/25'],
      has: [/ip: 198\.51\.100\.2\/25/, /range: 198\.51\.100\.\d+-198\.51\.100\.126$/m],
      hasNot: [],
    },
    {
      name: 'a small network',
      args: ['--subnet', '192.0.2.8/29'],
      has: [/ip: 192\.0\.2\.10\/29/, /range: 192\.0\.2\.11-192\.0\.2\.14$/m, /uplink-ip: 192\.0\.2\.9\/29/],
      hasNot: [],
    },
    {
      name: 'our own address inside of the usual range',
      args: ['--ip', '10.77.0.150'],
      has: [/ip: 10\.77\.0\.150\/24/, /range: 10\.77\.0\.100-10\.77\.0\.149$/m],
      hasNot: [],
    },
    {
      name: 'a network that has the usual cable in it',
      args: ['--subnet', '10.0.0.0/8'],
      has: [/giaddr: 172\.30\.0\.1\/16/],
      hasNot: [/10\.254\./],
    },
    {
      name: 'a router, no DNS',
      args: ['--router', '10.77.0.1', '--dns-zone', 'none'],
      has: [/^ {8}router: 10\.77\.0\.1 /m],
      hasNot: [/zones:/, /domain-name:/],
    },
    {
      name: 'a domain, a range, modems',
      args: ['--dns-zone', 'class.example.', '--range', '10.77.0.20-10.77.0.29', '--modems', '20'],
      has: [
        /'class\.example':/,
        /domain-name: class\.example$/m,
        /range: 10\.77\.0\.20-10\.77\.0\.29$/m,
        /count: 20/,
      ],
      hasNot: [],
    },
  ])('$name', async ({ name, args, has, hasNot }) => {
    const file = `${name.replace(/\W+/g, '-')}.yaml`;
    expect(await cli.run('init', file, ...args)).toMatchObject({ code: 0 });
    for (const pattern of has) expect(written(file)).toMatch(pattern);
    for (const pattern of hasNot) expect(written(file)).not.toMatch(pattern);
    expect(await cli.run('run', file)).toMatchObject({ code: 0 });
  });
});

test('a folder for TFTP is made beside the file, and is served', async () => {
  const { code, out } = await cli.run('init', 'with-folder.yaml', '--tftp-root', 'boot files');
  expect(code).toBe(0);
  expect(out).toMatch(/wrote with-folder\.yaml and made boot files/);
  expect(existsSync(join(cli.folder, 'boot files'))).toBe(true);
  expect(written('with-folder.yaml')).toMatch(/^ {4}folder: 'boot files' /m);
  expect(await cli.run('validate', 'with-folder.yaml')).toMatchObject({ code: 0 });
});

test('a folder elsewhere needs --allow-path, and the next commands have it', async () => {
  const { out } = await cli.run('init', 'elsewhere.yaml', '--tftp-root', '/tmp');
  expect(out).toMatch(/validate elsewhere\.yaml --allow-path\n/);
});

test('--json', async () => {
  const { out } = await cli.run('init', 'as-json.yaml', '--json');
  expect(JSON.parse(out)).toEqual({
    format_version: 1,
    verdict: 'pass',
    file: 'as-json.yaml',
    folder: null,
    next: ['validate as-json.yaml', 'run as-json.yaml', 'serve as-json.yaml'],
  });
});

test('nothing is written over without --force', async () => {
  cli.file('mine.yaml', 'mine\n');
  const refused = await cli.run('init', 'mine.yaml');
  expect([refused.code, refused.err]).toEqual([
    2,
    'headend: mine.yaml: there is such a file already: name another one, or write over it with --force\n',
  ]);
  expect(written('mine.yaml')).toBe('mine\n');
  expect(await cli.run('init', 'mine.yaml', '--force')).toMatchObject({ code: 0 });
});

describe('an answer that will not do is exit code 2 and says what to write; nothing is written', () => {
  test.concurrent.each([
    { args: ['--subnet', '10.77.0.1/24'], says: /--subnet "10\.77\.0\.1\/24" will not do: write a network/ },
    { args: ['--subnet', '10.77.0.0/30'], says: /from \/8 to \/29/ },
    {
      args: ['--ip', '10.78.0.2'],
      says: /--ip "10\.78\.0\.2" will not do: write a host address of 10\.77\.0\.0\/24/,
    },
    { args: ['--ip', '10.77.0.255'], says: /write a host address of/ },
    { args: ['--range', '10.77.0.9-10.77.0.1'], says: /two addresses, the lower first/ },
    { args: ['--range', '10.77.0.1-10.77.0.9'], says: /has 10\.77\.0\.2 in it, which is this machine's/ },
    { args: ['--router', 'gw'], says: /--router "gw" will not do/ },
    { args: ['--dns-zone', 'lab..example'], says: /write a domain such as lab\.example, or none/ },
    { args: ['--modems', '1001'], says: /write a number from 0 to 1000/ },
    { args: ['--interface', 'nope0'], says: /there is no interface "nope0" that is up/ },
  ])('$args', async ({ args, says }) => {
    const { code, err, out } = await cli.run('init', 'never.yaml', ...args);
    expect(err).toMatch(says);
    expect([code, out]).toEqual([2, '']);
    expect(existsSync(join(cli.folder, 'never.yaml'))).toBe(false);
  });
});

describe('init --from', () => {
  test('a shipped scenario, and the next commands work', async () => {
    const { code, out } = await cli.run('init', '--from', 'cable-modem-boot', 'own/boot.yaml');
    expect(code).toBe(0);
    expect(out).toMatch(
      /✓ wrote own\/boot\.yaml, beside it own\/files\/plant\.key, own\/files\/gold\.yaml\n {3}next:\n/,
    );
    const next = [...out.matchAll(/main\.js (.*)/g)].map(([, words = '']) => words.split(' '));
    expect(next.map(([verb]) => verb)).toEqual(['validate', 'run', 'run']);
    for (const words of next.slice(0, 2)) expect(await cli.run(...words)).toMatchObject({ code: 0 });
  });

  test('without a name: the list', async () => {
    const { code, out } = await cli.run('init', '--from', '--json');
    expect(code).toBe(0);
    expect((JSON.parse(out) as { templates: unknown[] }).templates).toContainEqual({
      name: 'dns-failover-caches',
      about: 'The primary portal dies.',
    });
    expect((await cli.run('init', '--from')).out).toMatch(
      /^ dns-failover-caches +The primary portal dies\.$/m,
    );
  });

  test('a flag of a lab beside it is a mistake', async () => {
    expect(await cli.run('init', '--from', 'name-lookup', '--modems', '4')).toMatchObject({
      code: 2,
      err: 'headend: --modems is for a lab, and --from copies a scenario as it is: leave one out\n',
    });
  });
});
