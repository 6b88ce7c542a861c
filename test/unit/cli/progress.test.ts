import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { Output } from '../../../src/cli/output.ts';
import { Progress } from '../../../src/cli/progress.ts';

/** What is said of work that is told of ten times a second, by when; then it ends. */
async function said(seconds: number, where: 'terminal' | 'pipe'): Promise<string> {
  const err = Object.assign(new PassThrough(), { isTTY: where === 'terminal', columns: 60 });
  const out = Object.assign(new PassThrough(), { isTTY: false });
  const output = new Output('headend', { out, err } as never);
  let now = 5_000;
  const progress = new Progress(output, () => now);
  for (let tick = 1; tick <= seconds * 10; tick++) {
    now = 5_000 + tick * 100;
    progress.at(tick / (seconds * 20), `${tick} of many`);
  }
  progress.end();
  output.note('done');
  await output.flushed();
  return String(err.read());
}

describe('progress', () => {
  test.each(['terminal', 'pipe'] as const)('short work is done without a word: %s', async (where) => {
    expect(await said(0.9, where)).toBe('done\n');
  });

  test('on a terminal one line, written over, and gone when the work is done', async () => {
    const text = await said(4, 'terminal');
    expect(text).not.toMatch(/\n./);
    const lines = text.split('\r\u001b[K');
    expect(lines[1]).toBe('headend: 10 of many, 7 s left');
    expect(lines.at(-1)).toBe('done\n');
    expect(text.length).toBeGreaterThan(300);
  });

  test('elsewhere a line every ten seconds', async () => {
    expect(await said(25, 'pipe')).toBe(
      'headend: 100 of many, 40 s left\nheadend: 200 of many, 30 s left\ndone\n',
    );
  });

  test('what is printed meanwhile does not stand behind it', async () => {
    const err = Object.assign(new PassThrough(), { isTTY: true, columns: 10 });
    const out = Object.assign(new PassThrough(), { isTTY: true });
    const output = new Output('headend', { out, err } as never);
    output.status('half way \u001b[2J there');
    output.text('a result\n');
    await output.flushed();
    expect(String(err.read())).toBe('\r\u001b[Khalf way \r\u001b[K');
  });
});
