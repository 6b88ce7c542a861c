import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { built, serve } from './support/headend.ts';
import { Lab, need } from './support/netns.ts';

const LAB = (folder: string): string => `headend: 1
name: files
net: { lan: { kind: segment } }
services:
  tftp: { on: lan, ip: 10.60.0.2, folder: ${folder} }
`;

/** Sizes that a lock-step of 512 octets gets wrong first; the last one passes block 65,535 and begins again at 0. */
const SIZES = [0, 1, 511, 512, 513, 5120, 32 * 1024 * 1024 + 512 * 7];

let lab: Lab;

/** Octets of which no two blocks are alike. */
function octets(size: number): Buffer {
  const words = new Uint32Array(Math.ceil(size / 4));
  for (let index = 0; index < words.length; index++) words[index] = Math.imul(index + 1, 0x9e3779b9);
  return Buffer.from(words.buffer, 0, size);
}

const digest = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

beforeAll(async () => {
  need('ip', 'tftp', 'curl', 'atftp');
  built();
  lab = new Lab();
  lab.namespace('srv');
  lab.namespace('cli');
  lab.cable(
    { in: 'srv', as: 'lan0', address: '10.60.0.2/24' },
    { in: 'cli', as: 'eth0', address: '10.60.0.9/24' },
  );
  mkdirSync(join(lab.folder, 'root'));
  for (const size of SIZES) writeFileSync(join(lab.folder, 'root', `f${size}`), octets(size));
  await serve(
    lab,
    'srv',
    lab.file('lab.yaml', LAB('./root')),
    '--interface',
    'lan0',
    '--state',
    join(lab.folder, 'state'),
  );
});
afterAll(() => lab?.remove());

test.each(SIZES)('tftp-hpa fetches %i octets', (size) => {
  const got = join(lab.folder, `hpa${size}`);
  lab.run('cli', 'tftp', '-m', 'binary', '10.60.0.2', '-c', 'get', `f${size}`, got);
  expect(digest(got)).toBe(digest(join(lab.folder, 'root', `f${size}`)));
});

test.each(SIZES.flatMap((size) => [512, 1428].map((blksize) => ({ size, blksize }))))(
  'curl fetches $size octets in blocks of $blksize',
  ({ size, blksize }) => {
    const got = join(lab.folder, `curl${size}-${blksize}`);
    writeFileSync(got, '');
    lab.run('cli', 'curl', '-s', '--tftp-blksize', String(blksize), '-o', got, `tftp://10.60.0.2/f${size}`);
    expect(digest(got)).toBe(digest(join(lab.folder, 'root', `f${size}`)));
  },
);

test('atftp fetches with a window', () => {
  const size = 32 * 1024 * 1024 + 512 * 7;
  const got = join(lab.folder, 'atftp');
  const wanted = ['--option', 'blksize 1428', '--option', 'windowsize 16'];
  lab.run('cli', 'atftp', ...wanted, '-g', '-r', `f${size}`, '-l', got, '10.60.0.2');
  expect(digest(got)).toBe(digest(join(lab.folder, 'root', `f${size}`)));
});

test.each([
  'nothing',
  '../lab.yaml',
  '/etc/passwd',
  '..%2flab.yaml',
  'root/../../lab.yaml',
  './f512',
  'F512',
])('%j is not served', (name) => {
  const { code } = lab.attempt(
    'cli',
    'curl',
    '-s',
    '--path-as-is',
    '-o',
    '/dev/null',
    `tftp://10.60.0.2/${name}`,
  );
  expect([68, 69]).toContain(code);
});
