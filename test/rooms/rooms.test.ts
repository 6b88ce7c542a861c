import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

// For each row of the room table a canary: a file that breaks it, linted in a copy of the tree, seen refused at its line.

const root = resolve(import.meta.dirname, '../..');
const {
  ROOMS: rooms,
  PACKAGES: packages,
  NODE_ROOMS,
  DOM_ROOMS,
} = (await import(join(root, 'oxlint.config.mjs'))) as {
  readonly ROOMS: Readonly<Record<string, readonly string[]>>;
  readonly PACKAGES: Readonly<Record<string, readonly string[]>>;
  readonly NODE_ROOMS: readonly string[];
  readonly DOM_ROOMS: readonly string[];
};
const pureRooms = Object.keys(rooms).filter(
  (room) => !NODE_ROOMS.includes(room) && !DOM_ROOMS.includes(room),
);
const up = (room: string) => '../'.repeat(room.split('/').length);

interface Refusal {
  readonly file: string;
  readonly line: number;
  readonly rule: string;
  readonly text: string;
}

interface Canary {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly rule: string;
  readonly says: string;
}

const files = new Map<string, string[]>();
const canaries: Canary[] = [];

/** Adds one line to a canary file and what the linter has to say of it. */
function canary(room: string, source: string, rule: string, says: string): void {
  const file = `src/${room}/canary.ts`;
  const lines = files.get(file) ?? [];
  lines.push(source);
  files.set(file, lines);
  canaries.push({ name: `${room}: ${source}`, file, line: lines.length, rule, says });
}

for (const [room, may] of Object.entries(rooms)) {
  for (const other of Object.keys(rooms)) {
    if (other === room) continue;
    const source = `export * from '${up(room)}${other}/anything.ts';`;
    if (may.includes(other))
      files.set(`src/${room}/welcome.ts`, [...(files.get(`src/${room}/welcome.ts`) ?? []), source]);
    else canary(room, source, 'no-restricted-imports', `${room} may not import ${other}`);
  }
  for (const [name, homes] of Object.entries(packages)) {
    const isHome = homes.includes(room);
    const source = `import '${name}';`;
    if (isHome) files.set(`src/${room}/welcome.ts`, [...(files.get(`src/${room}/welcome.ts`) ?? []), source]);
    else canary(room, source, 'no-restricted-imports', `${name} lives in ${homes.join(', ')}`);
  }
  canary(
    room,
    `export * from '${up(room)}index.ts';`,
    'no-restricted-imports',
    'index.ts is for those who import headend',
  );
}
for (const room of pureRooms) {
  canary(room, `import 'node:fs';`, 'no-restricted-imports', `${room} is pure: no Node`);
  canary(room, `export const today = new Date();`, 'no-restricted-globals', 'handed in');
  canary(room, `export const dice = Math.random();`, 'no-restricted-properties', 'core/random.ts');
  canary(room, `setTimeout(() => undefined, 1);`, 'no-restricted-globals', 'handed in');
  canary(room, `export const octets = Buffer.alloc(1);`, 'no-restricted-globals', 'handed in');
  canary(room, `export const ticks = performance.now();`, 'no-restricted-globals', 'handed in');
}
for (const room of DOM_ROOMS) {
  canary(room, `import 'node:fs';`, 'no-restricted-imports', `${room} runs in a browser: no Node`);
  canary(room, `export const page = await fetch('/');`, 'no-restricted-globals', 'asks nobody');
  canary(room, `export const made = new Function('1');`, 'no-restricted-globals', 'runs nothing but itself');
  canary(room, `export const octets = Buffer.alloc(1);`, 'no-restricted-globals', 'asks nobody');
}
files.set('src/core/here.ts', [`export { there } from './there.ts';`, `export const here = 1;`]);
files.set('src/core/there.ts', [`export { here } from './here.ts';`, `export const there = 1;`]);
canaries.push({
  name: 'a cycle of two files',
  file: 'src/core/here.ts',
  line: 1,
  rule: 'no-cycle',
  says: 'cycle',
});

let copy = '';
let refusals: readonly Refusal[] = [];

/** What a tool printed, whatever its exit code. */
function output(command: string, args: readonly string[], cwd: string): string {
  try {
    return execFileSync(process.execPath, [command, ...args], { cwd, encoding: 'utf8', maxBuffer: 1 << 26 });
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

interface OxlintReport {
  readonly diagnostics: readonly {
    readonly filename: string;
    readonly code: string;
    readonly message: string;
    readonly help?: string;
    readonly labels: readonly { readonly span: { readonly line: number } }[];
  }[];
}

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'headend-rooms-'));
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  for (const name of ['oxlint.config.mjs', 'tsconfig.json', 'tsconfig.pure.json'])
    writeFileSync(join(copy, name), readFileSync(join(root, name)));
  for (const [file, lines] of files) {
    mkdirSync(join(copy, dirname(file)), { recursive: true });
    writeFileSync(join(copy, file), `${lines.join('\n')}\n`);
  }
  const oxlint = join(root, 'node_modules/oxlint/bin/oxlint');
  const report = JSON.parse(
    output(oxlint, ['-c', 'oxlint.config.mjs', '-f', 'json', 'src'], copy),
  ) as OxlintReport;
  refusals = report.diagnostics.map(({ filename, code, message, help, labels }) => ({
    file: filename,
    line: labels[0]?.span.line ?? 0,
    rule: code,
    text: `${message} ${help ?? ''}`,
  }));
});

afterAll(() => rmSync(copy, { recursive: true, force: true }));

describe('the room table', () => {
  test.each(canaries)('$name', ({ file, line, rule, says }) => {
    const here = refusals.filter((refusal) => refusal.file === file && refusal.line === line);
    expect(
      here.filter((refusal) => refusal.rule.includes(rule)).map((refusal) => refusal.text),
    ).toContainEqual(expect.stringContaining(says));
  });

  test('what a room may import is not refused', () => {
    const welcome = refusals.filter((r) => r.file.endsWith('welcome.ts') && r.rule.includes('no-restricted'));
    expect(welcome).toEqual([]);
  });

  test('the compiler without Node covers the pure rooms, all and only', () => {
    const { include } = JSON.parse(readFileSync(join(root, 'tsconfig.pure.json'), 'utf8')) as {
      include: string[];
    };
    expect(include.toSorted()).toEqual(pureRooms.map((room) => `src/${room}`).toSorted());
  });
});

describe('tsconfig.pure.json', () => {
  const lines = [
    { source: `export const octets = Buffer.alloc(1);`, says: `Cannot find name 'Buffer'` },
    { source: `setTimeout(() => undefined, 1);`, says: `Cannot find name 'setTimeout'` },
    { source: `export const text = new TextDecoder();`, says: `Cannot find name 'TextDecoder'` },
    { source: `export const mode = process.argv;`, says: `Cannot find name 'process'` },
    { source: `export { readFileSync } from 'node:fs';`, says: `Cannot find name 'node:fs'` },
    { source: `export const page = document;`, says: `Cannot find name 'document'` },
  ];
  let said: readonly string[] = [];

  beforeAll(() => {
    const config = { extends: './tsconfig.pure.json', include: ['src/core/impure.ts'] };
    writeFileSync(join(copy, 'src/core/impure.ts'), `${lines.map(({ source }) => source).join('\n')}\n`);
    writeFileSync(join(copy, 'tsconfig.canary.json'), JSON.stringify(config));
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    said = output(tsc, ['-p', 'tsconfig.canary.json', '--pretty', 'false'], copy).split('\n');
  });

  test.each(lines.map((line, index) => ({ ...line, at: `src/core/impure.ts(${index + 1},` })))(
    'refuses $source',
    ({ says, at }) => {
      expect(said.filter((line) => line.startsWith(at) && line.includes(says))).toHaveLength(1);
    },
  );
});
