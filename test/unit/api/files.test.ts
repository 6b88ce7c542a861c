import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FileError } from '../../../src/api/failure.ts';
import { readOctets } from '../../../src/api/files.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'headend-files-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

test.each([0, 1, 65_535, 65_536, 65_537, 200_000])('a file of %i octets is read whole', (size) => {
  const path = join(folder, `of-${size}`);
  const octets = Uint8Array.from({ length: size }, (_, index) => index * 7);
  writeFileSync(path, octets);
  expect(Buffer.compare(readOctets(path, size), octets)).toBe(0);
});

test('a file that is longer than what may be read says how long it is', () => {
  const path = join(folder, 'long');
  writeFileSync(path, 'x'.repeat(11));
  expect(() => readOctets(path, 10)).toThrow(FileError);
  expect(() => readOctets(path, 10)).toThrow('the file has 11 octets');
});

test.skipIf(process.platform === 'win32')('an empty secret may be /dev/null; /dev/zero has no end', () => {
  expect(readOctets('/dev/null', 10)).toHaveLength(0);
  expect(() => readOctets('/dev/zero', 1_000_000)).toThrow('the file has more than 1000000 octets');
});

test.skipIf(process.platform === 'win32')('a pipe is read to its end', () => {
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  spawn('sh', ['-c', `printf secret > '${path}'`], { stdio: 'ignore' });
  expect(new TextDecoder().decode(readOctets(path, 10))).toBe('secret');
});

test('a folder is no file', () => {
  expect(() => readOctets(folder, 10)).toThrow('that is a folder: name a file');
});
