import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { EnvironmentError } from '../../../../src/core/errors.ts';
import { LeaseDb, readLeaseDb } from '../../../../src/driver/real/lease-db.ts';
import { compiled } from '../../../support/compiled.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'headend-leases-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const row = (key: string, value: { state: string } | null) => ({ table: 'lease', key, value });

function persist(db: LeaseDb, host: string, rows: readonly ReturnType<typeof row>[]) {
  return new Promise<string>((resolve) => {
    db.persist(host, rows, resolve);
  });
}

test('rows come back by host, changed ones changed, deleted ones gone', async () => {
  const db = new LeaseDb(folder);
  expect(
    await persist(db, 'dhcp', [row('10.0.0.1', { state: 'offered' }), row('10.0.0.2', { state: 'bound' })]),
  ).toBe('durable');
  await persist(db, 'dhcp', [row('10.0.0.1', { state: 'bound' }), row('10.0.0.2', null)]);
  await persist(db, 'other', [row('10.0.0.9', { state: 'bound' })]);
  await db.close();
  const again = new LeaseDb(folder);
  expect(again.rows('dhcp')).toEqual([row('10.0.0.1', { state: 'bound' })]);
  expect((await readLeaseDb(folder)).rows).toEqual([
    { host: 'dhcp', row: row('10.0.0.1', { state: 'bound' }) },
    { host: 'other', row: row('10.0.0.9', { state: 'bound' }) },
  ]);
  await again.close();
});

test('rows kept under another name are taken over, but for addresses that are there already', async () => {
  const db = new LeaseDb(folder);
  await persist(db, 'tftp', [row('10.0.0.1', { state: 'free' }), row('10.0.0.2', { state: 'bound' })]);
  await persist(db, 'dhcp', [row('10.0.0.1', { state: 'bound' })]);
  expect(db.adopt('tftp', 'dhcp')).toBe(2);
  await db.close();
  const again = new LeaseDb(folder);
  expect(again.rows('tftp')).toEqual([]);
  expect(again.rows('dhcp')).toEqual([
    row('10.0.0.1', { state: 'bound' }),
    row('10.0.0.2', { state: 'bound' }),
  ]);
  await again.close();
});

test('rows handed in while a flush is under way are settled in the order they came', async () => {
  const db = new LeaseDb(folder);
  const settled: number[] = [];
  const all = Array.from({ length: 200 }, (_, index) =>
    persist(db, 'dhcp', [row(`10.0.0.${index % 50}`, { state: String(index) })]).then(() =>
      settled.push(index),
    ),
  );
  await Promise.all(all);
  expect(settled).toEqual(all.map((_, index) => index));
  expect(db.rows('dhcp')).toHaveLength(50);
  const kept = db.rows('dhcp').map((found) => Number(found.value!['state']));
  expect(Math.min(...kept)).toBe(150);
  await db.close();
});

test('a second writer is refused by name, and let in once the first has gone', async () => {
  const db = new LeaseDb(folder);
  expect(() => new LeaseDb(folder)).toThrow(EnvironmentError);
  expect(() => new LeaseDb(folder)).toThrow(`is written by process ${process.pid}`);
  await db.close();
  await new LeaseDb(folder).close();
});

test('a folder that cannot be made, and one without leases, say what to do', async () => {
  writeFileSync(join(folder, 'file'), '');
  expect(() => new LeaseDb(join(folder, 'file', 'state'))).toThrow('--state');
  await expect(readLeaseDb(folder)).rejects.toThrow('holds no leases');
});

test('what was reported durable is there after kill -9, and the folder is free', async () => {
  const child = spawn(process.execPath, [compiled('test/support/lease-writer.ts'), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.split('\n').length > 300) {
        child.kill('SIGKILL');
      }
    });
    child.on('close', () => resolve());
  });
  const reported = text.split('\n').slice(0, -1);
  expect(reported.length).toBeGreaterThanOrEqual(300);
  const db = new LeaseDb(folder);
  const kept = new Set(db.rows('dhcp').map((found) => found.key));
  expect(reported.filter((key) => !kept.has(key))).toEqual([]);
  await db.close();
});

test('what the clock was is kept with the rows, and the next process and the reader know it', async () => {
  const first = new LeaseDb(folder);
  expect(first.stamp).toBeUndefined();
  first.stampWith(() => ({ atUs: 1_800_000_000_000_000, epochUs: -7_000_000 }));
  await persist(first, 'dhcp', [row('10.0.0.1', { state: 'bound' })]);
  await first.close();
  const second = new LeaseDb(folder);
  expect(second.stamp).toEqual({ atUs: 1_800_000_000_000_000, epochUs: -7_000_000 });
  expect((await readLeaseDb(folder)).epochUs).toBe(-7_000_000);
  await second.close();
});
