import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { built, MAIN } from './support/headend.ts';

// The questions need a terminal: script(1) gives one.

let folder: string;
beforeAll(() => {
  built();
  execFileSync('sh', ['-c', 'command -v script']);
  folder = mkdtempSync(join(tmpdir(), 'headend-init-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Types an answer whenever the terminal shows the end of a question; gives what the terminal showed. */
function converse(
  args: readonly string[],
  answers: readonly string[],
): Promise<{ readonly code: number | null; readonly shown: string }> {
  const command = [process.execPath, MAIN, 'init', ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qefc', command, '/dev/null'], {
    cwd: folder,
    env: { ...process.env, TERM: 'dumb', NO_COLOR: '1' },
  });
  return new Promise((done) => {
    let shown = '';
    let asked = 0;
    child.stdout.on('data', (text: Buffer) => {
      shown += text.toString();
      const questions = shown.match(/\]: /g)?.length ?? 0;
      while (asked < questions) child.stdin.write(answers[asked++] ?? '\n');
    });
    child.on('close', (code) => done({ code, shown }));
  });
}

test('Enter takes what stands in brackets, an answer that will not do is asked for again', async () => {
  const { code, shown } = await converse(
    ['asked.yaml', '--modems', '2'],
    ['\n', '198.51.100.0/33\n', '198.51.100.0/24\n', '\n', '\n', '198.51.100.1\n', 'class.example\n', '\n'],
  );
  expect(shown).toMatch(/Network of its clients \[10\.77\.0\.0\/24\]/);
  expect(shown).toMatch(/"198\.51\.100\.0\/33" will not do: write a network such as/);
  expect(shown).toMatch(/Addresses to give out \[198\.51\.100\.100-198\.51\.100\.199\]/);
  expect(shown).not.toMatch(/Simulated cable modems/);
  expect(shown).toMatch(/wrote asked\.yaml/);
  expect(code).toBe(0);
  const text = readFileSync(join(folder, 'asked.yaml'), 'utf8');
  expect(text).toMatch(/subnet: 198\.51\.100\.0\/24/);
  expect(text).toMatch(/router: 198\.51\.100\.1 /);
  expect(text).toMatch(/'class\.example':/);
  execFileSync(process.execPath, [MAIN, 'run', 'asked.yaml'], { cwd: folder });
});

test.each([
  { name: 'Ctrl-C', key: '\u0003' },
  { name: 'Ctrl-D', key: '\u0004' },
])('$name leaves all as it is', async ({ key }) => {
  const { code, shown } = await converse(['never.yaml'], ['\n', key]);
  expect(shown).toMatch(/nothing was written/);
  expect(code).toBe(130);
  expect(existsSync(join(folder, 'never.yaml'))).toBe(false);
});
