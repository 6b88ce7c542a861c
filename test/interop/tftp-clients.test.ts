import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { built, MAIN, serve } from './support/headend.ts';
import { Lab, need, type Running } from './support/netns.ts';

/** One server as it comes, one that grants the largest blocks, one that answers all from port 69. */
const SERVERS = { plain: '10.60.0.2', large: '10.60.0.3', single: '10.60.0.4' } as const;

const LAB = `headend: 1
name: tftp-clients
net: { lan: { kind: segment } }
services:
  plain: { kind: tftp, on: lan, ip: ${SERVERS.plain}, folder: ./root }
  large: { kind: tftp, on: lan, ip: ${SERVERS.large}, folder: ./root, limits: { blksize: 65464 } }
  single: { kind: tftp, on: lan, ip: ${SERVERS.single}, folder: ./root, single-port: true }
`;

/** Ends of lines of every kind, at the borders of blocks too. */
const TEXT = Buffer.from(`${'one\n'.repeat(200)}two\r\nthree\rfour\n${'x'.repeat(507)}\n\r\n\n\r`, 'latin1');
/** RFC 1350 §1 and RFC 854: LF as CR LF, a bare CR as CR NUL. */
const NETASCII = Buffer.from(
  TEXT.toString('latin1').replaceAll('\r', '\r\0').replaceAll('\n', '\r\n'),
  'latin1',
);

const OCTETS = Buffer.from(Array.from({ length: 70_001 }, (_, index) => (index * 167 + (index >> 8)) & 255));
/** A multiple of 512: the last block is empty. */
const EVEN = OCTETS.subarray(0, 4096);
const SMALL = OCTETS.subarray(0, 801);

const WRONG = '_ws.malformed || _ws.expert.severity >= 0x800000 || _ws.short';

let lab: Lab;
let wire: Running;
let fetched = 0;

beforeAll(async () => {
  need('ip', 'tftp', 'atftp', 'busybox', 'curl', 'tshark');
  built();
  lab = new Lab();
  for (const name of ['srv', 'cli']) lab.namespace(name);
  lab.cable(
    { in: 'srv', as: 'lan0', address: '10.60.0.2/24' },
    { in: 'cli', as: 'eth0', address: '10.60.0.9/24' },
  );
  for (const more of [SERVERS.large, SERVERS.single])
    lab.run('srv', 'ip', 'address', 'add', `${more}/24`, 'dev', 'lan0');
  fill();
  const flags = ['--interface', 'lan0', '--log-level', 'debug'];
  await serve(lab, 'srv', lab.file('lab.yaml', LAB), ...flags);
  // Whole frames of large blocks would fill the disk for nothing: headers are what is judged.
  wire = await lab.start(
    'cli',
    /Capturing on/,
    'tshark',
    '-l',
    '-P',
    '-i',
    'eth0',
    '-f',
    'ip',
    '-w',
    join(lab.folder, 'wire.pcapng'),
  );
  swap();
});
afterAll(() => lab?.remove());

/** What is served, what lies beside it, and ways from one to the other. */
function fill(): void {
  const root = join(lab.folder, 'root');
  mkdirSync(join(root, 'sub'), { recursive: true });
  mkdirSync(join(lab.folder, 'beside'));
  for (const [name, content] of Object.entries({
    text: TEXT,
    octets: OCTETS,
    even: EVEN,
    small: SMALL,
    'sub/file': SMALL,
    swapped: SMALL,
    empty: Buffer.alloc(0),
  }))
    writeFileSync(join(root, name), content);
  writeFileSync(join(lab.folder, 'secret'), 'not for the network');
  writeFileSync(join(lab.folder, 'beside', 'secret'), 'not for the network');
  symlinkSync(join(lab.folder, 'secret'), join(root, 'link'));
  symlinkSync('../beside', join(root, 'folder-link'));
}

/** After the start: a file that was listed is a link by now. */
function swap(): void {
  rmSync(join(lab.folder, 'root', 'swapped'));
  symlinkSync(join(lab.folder, 'secret'), join(lab.folder, 'root', 'swapped'));
}

interface Fetch {
  readonly from: keyof typeof SERVERS;
  readonly name: string;
}

const CLIENTS: Readonly<
  Record<string, (fetch: Fetch & { readonly to: string }, ...options: string[]) => string[]>
> = {
  'tftp-hpa': ({ from, name, to }, mode = 'octet') => [
    'tftp',
    '-m',
    mode,
    SERVERS[from],
    '-c',
    'get',
    name,
    to,
  ],
  atftp: ({ from, name, to }, ...options) => [
    'atftp',
    '--trace',
    '--verbose',
    ...options.flatMap((each) => ['--option', each]),
    '-g',
    '-r',
    name,
    '-l',
    to,
    SERVERS[from],
  ],
  busybox: ({ from, name, to }, blksize = '512') => [
    'busybox',
    'tftp',
    '-g',
    '-b',
    blksize,
    '-r',
    name,
    '-l',
    to,
    SERVERS[from],
  ],
  curl: ({ from, name, to }, ...flags) => [
    'curl',
    '-sS',
    ...flags,
    '-o',
    to,
    `tftp://${SERVERS[from]}/${name}`,
  ],
};

/** Lets a client fetch a file: the octets it wrote, and what it said. */
function fetch(
  client: string,
  what: Fetch,
  ...options: string[]
): { readonly octets: Buffer; readonly said: string } {
  const to = join(lab.folder, `got${fetched++}`);
  writeFileSync(to, '');
  const [command = '', ...args] = CLIENTS[client]!({ ...what, to }, ...options);
  const { code, out } = lab.attempt('cli', 'sh', '-c', '"$@" 2>&1', 'sh', command, ...args);
  if (code !== 0) throw new Error(`${client} ended with ${code}: ${out}`);
  return { octets: readFileSync(to), said: out };
}

const BLKSIZES = [511, 512, 513, 1024, 1428, 1468, 1469, 8192, 32_768, 65_464];

describe.each(['curl', 'busybox', 'atftp'])('%s asks for blocks of', (client) => {
  const option = (blksize: number): string[] => {
    if (client === 'atftp') return [`blksize ${blksize}`];
    return client === 'curl' ? ['--tftp-blksize', String(blksize)] : [String(blksize)];
  };

  // The request of busybox has to fit one block.
  const least = client === 'busybox' ? 64 : 8;
  test.each([least, least + 1, ...BLKSIZES])('%i octets', (blksize) => {
    const name = blksize < 100 ? 'small' : 'octets';
    const { octets } = fetch(client, { from: 'large', name }, ...option(blksize));
    expect(octets.equals(name === 'small' ? SMALL : OCTETS)).toBe(true);
  });

  test('65464 octets, and gets what fits a frame from a server that was not told to grant more', () => {
    const { octets } = fetch(client, { from: 'plain', name: 'octets' }, ...option(65_464));
    expect(octets.equals(OCTETS)).toBe(true);
  });
});

describe('options', () => {
  test.each([
    { asked: ['tsize enable'], granted: /OACK <[^>]*tsize: 70001/ },
    { asked: ['timeout 3'], granted: /OACK <[^>]*timeout: 3/ },
    {
      asked: ['windowsize 7', 'blksize 1000'],
      granted: /OACK <[^>]*blksize: 1000[^>]*windowsize: 7|OACK <[^>]*windowsize: 7[^>]*blksize: 1000/,
    },
    { asked: ['windowsize 65535'], granted: /OACK <[^>]*windowsize: 64\b/ },
    { asked: ['blksize 65464'], granted: /OACK <[^>]*blksize: 1468/ },
  ])('atftp asks for $asked', ({ asked, granted }) => {
    const { octets, said } = fetch('atftp', { from: 'plain', name: 'octets' }, ...asked);
    expect(octets.equals(OCTETS)).toBe(true);
    expect(said).toMatch(granted);
  });

  test('curl with none', () => {
    const { octets } = fetch('curl', { from: 'plain', name: 'even' }, '--tftp-no-options');
    expect(octets.equals(EVEN)).toBe(true);
  });
});

describe('netascii', () => {
  test('tftp-hpa gets the text it was, with its own ends of lines', () => {
    expect(fetch('tftp-hpa', { from: 'plain', name: 'text' }, 'netascii').octets.toString('latin1')).toBe(
      TEXT.toString('latin1'),
    );
  });

  test('curl, which does not translate, gets it as it goes over the wire', () => {
    const { octets } = fetch('curl', { from: 'plain', name: 'text;mode=netascii' }, '--tftp-blksize', '100');
    expect(octets.toString('latin1')).toBe(NETASCII.toString('latin1'));
  });

  test('our own client gets the text it was', () => {
    const to = join(lab.folder, 'own');
    lab.run('cli', process.execPath, MAIN, 'probe', 'tftp', SERVERS.plain, 'text', '--netascii', '-o', to);
    expect(readFileSync(to, 'latin1')).toBe(TEXT.toString('latin1'));
  });

  test('atftp gets it with a window', () => {
    const { octets, said } = fetch(
      'atftp',
      { from: 'plain', name: 'text' },
      'mode netascii',
      'windowsize 4',
      'tsize enable',
    );
    expect(said).toMatch(/mode: netascii/);
    expect(octets.toString('latin1')).toBe(TEXT.toString('latin1'));
  });
});

test.each(['curl', 'busybox', 'tftp-hpa', 'atftp'])(
  '%s fetches from a server with a single port',
  (client) => {
    expect(fetch(client, { from: 'single', name: 'octets' }).octets.equals(OCTETS)).toBe(true);
  },
);

test.each(['curl', 'busybox', 'tftp-hpa', 'atftp'])('%s fetches an empty file', (client) => {
  expect(fetch(client, { from: 'plain', name: 'empty' }).octets).toHaveLength(0);
});

/** Asks for each name, as its octets are, and prints the first packet that comes back: DATA, or the error's number. */
const ASK = `const { createSocket } = require('dgram');
const [server, ...names] = process.argv.slice(1);
(async () => {
  for (const name of names) {
    const socket = createSocket('udp4');
    const request = Buffer.concat([Buffer.from([0, 1]), Buffer.from(name, 'hex'), Buffer.from('\\0octet\\0')]);
    const answer = await new Promise((resolve) => {
      socket.on('message', (octets) => resolve(octets[1] === 5 ? 'error ' + octets[3] : 'DATA ' + octets.subarray(4)));
      setTimeout(resolve, 5_000, 'silence');
      socket.send(request, 69, server);
    });
    console.log(answer);
    socket.close();
  }
})();`;

/** Names by what they try. */
function ways(): Readonly<Record<string, string>> {
  return {
    'a parent': '../secret',
    'parents up to the root': '../../../../../../etc/passwd',
    'a parent behind a folder': 'sub/../../secret',
    'a parent behind a dot': './../secret',
    'an absolute path': '/etc/passwd',
    'the absolute path of the file itself': join(lab.folder, 'secret'),
    'an absolute path through the folder': join(lab.folder, 'root', '..', 'secret'),
    'two slashes': '//etc/passwd',
    backslashes: '..\\secret',
    'a drive': 'C:\\..\\secret',
    'a slash in percents': '..%2fsecret',
    'dots in percents': '%2e%2e/secret',
    'dots that fold to a parent': '....//secret',
    'an overlong slash': '..\xc0\xafsecret',
    'an overlong dot': '\xc0\xae\xc0\xae/secret',
    'a home': '~root/.profile',
    'a URL': 'file:///etc/passwd',
    "the kernel's way": '/proc/self/root/etc/passwd',
    'a link': 'link',
    'a link to a folder': 'folder-link/secret',
    'a link in the place of a file': 'swapped',
    'a name after a NUL': 'small\0../secret',
    'the folder itself': '.',
    nothing: '',
  };
}

describe('ways out of the folder that is served', () => {
  test('each is an error, and what is served still is', () => {
    const names = { ...ways(), control: 'sub/file' };
    const hex = Object.values(names).map((name) => Buffer.from(name, 'latin1').toString('hex'));
    const said = lab.run('cli', process.execPath, '-e', ASK, SERVERS.plain, ...hex).split('\n');
    const answers = Object.fromEntries(Object.keys(names).map((what, index) => [what, said[index] ?? '']));
    const { control, ...tried } = answers;
    expect(control).toMatch(/^DATA/);
    expect(Object.entries(tried).filter(([, answer]) => !/^(error [0128]|silence)$/.test(answer))).toEqual(
      [],
    );
    expect(Object.keys(tried).length).toBeGreaterThanOrEqual(16);
  });
});

test('all of it on the wire: nothing malformed, no error that tshark knows', async () => {
  await wire.end('SIGINT');
  const args = ['-r', join(lab.folder, 'wire.pcapng'), '-Y', `(${WRONG}) && ip.src != 10.60.0.9`];
  expect(execFileSync('tshark', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })).toBe('');
});
