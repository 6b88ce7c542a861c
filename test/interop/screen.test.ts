import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { built, MAIN } from './support/headend.ts';
import { Lab, need } from './support/netns.ts';

// The screens need a terminal: script(1) gives one.

const BOOT = join(import.meta.dirname, '../../scenarios/cable-modem-boot.yaml');
const LEAVE = '\u001b[?1049l';

beforeAll(() => {
  built();
  need('ip', 'script');
});

let lab: Lab | undefined;
afterAll(() => lab?.remove());

/** What hangs is ended, and shows how far it came. */
const PATIENCE_MS = 150_000;

/** A key, pressed when the terminal has shown something new that fits. */
type Press = readonly [when: RegExp, keys: string];

function watch(
  flags: string,
  presses: readonly Press[],
  environment = 'env -u NO_COLOR TERM=xterm',
): Promise<{ readonly code: number | null; readonly shown: string }> {
  const command = `stty rows 24 columns 90; exec ${environment} '${process.execPath}' '${MAIN}' run '${BOOT}' --screen ${flags}`;
  const child = spawn('script', ['-qefc', command, '/dev/null']);
  return new Promise((done) => {
    let shown = '';
    let seen = 0;
    let pressed = 0;
    const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      shown += text;
      const press = presses[pressed];
      if (press === undefined || !press[0].test(shown.slice(seen))) return;
      seen = shown.length;
      pressed++;
      child.stdin.write(press[1]);
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      done({ code, shown });
    });
  });
}

test('each key has its screen, pause stands still, q runs the rest and gives the terminal back', async () => {
  const { code, shown } = await watch('--speed 2x', [
    [/\[ladder cm\[0\]\]/, '2'],
    [/\[counters\]/, '3'],
    [/\[histogram\]/, '4'],
    [/\[hosts\]/, 'p'],
    [/paused \(2x\)/, '+'],
    [/paused \(4x\)/, '.'],
    [/of 2m/, 'q'],
  ]);
  expect(code, shown).toBe(0);
  expect(shown.indexOf('\u001b[?1049h')).toBe(0);
  const [screens = '', summary = '', ...more] = shown.split(LEAVE);
  expect(more).toEqual([]);
  expect(screens).toMatch(/paused \(4x\)/);
  // The cursor and the wrapping of lines are back before the other screen is.
  expect(screens.endsWith('\u001b[?7h\u001b[?25h')).toBe(true);
  expect(summary).toMatch(/3 cable-modem operational/);
  expect(summary).not.toContain('\u001b[?');
});

describe('a run that is stopped keeps what there is, and gives the terminal back', () => {
  test.each([
    { name: 'Q', key: 'Q' },
    { name: 'Ctrl-C', key: '\u0003' },
    { name: 'Q twice at once', key: 'QQ' },
  ])('$name', async ({ key }) => {
    const { code, shown } = await watch('', [[/\[ladder/, key]]);
    expect(code, shown).toBe(130);
    const [, summary = ''] = shown.split(LEAVE);
    expect(summary).toMatch(/interrupted: this is what was seen until then/);
    expect(summary).toMatch(/inconclusive/);
  });
});

test('a mistake of ours shows on the terminal as it was', async () => {
  // Once a screen is shown, however long the start takes.
  const source = `const write = process.stdout.write;
    process.stdout.write = function (text, ...rest) {
      if (String(text).includes('[ladder')) setTimeout(() => { throw Error(/oops/); });
      return write.call(this, text, ...rest);
    };`;
  const thrown = `data:text/javascript,${encodeURIComponent(source).replaceAll("'", '%27').replaceAll('(', '%28').replaceAll(')', '%29').replaceAll('!', '%21')}`;
  const environment = `env -u NO_COLOR TERM=xterm NODE_OPTIONS="--import ${thrown}"`;
  const { code, shown } = await watch('', [], environment);
  expect(code, shown).toBe(70);
  const [screens = '', rest = ''] = shown.split(LEAVE);
  expect(screens).toContain('[ladder');
  expect(rest).toMatch(/oops[^]*This is a mistake in headend/);
});

test('in live mode there is nothing to make faster, and q leaves the run to its end', async () => {
  // Live runs of one scenario have the same ports: this one has a loopback of its own.
  lab = new Lab();
  lab.namespace('box');
  const presses: readonly Press[] = [
    [/· live ·/, '4'],
    [/\[hosts\]/, 'q'],
  ];
  const inside = `ip netns exec ${lab.name('box')} env -u NO_COLOR TERM=xterm`;
  const { code, shown } = await watch('--mode live', presses, inside);
  expect(shown).toMatch(/1 2 3 4 screens {2}q finish/);
  expect(shown.split(LEAVE)[1]).toMatch(/3 cable-modem operational/);
  expect(code, shown).toBe(0);
});

test.each([
  { environment: 'env -u NO_COLOR TERM=dumb', why: 'there is no terminal' },
  { environment: 'env NO_COLOR=1 TERM=xterm', why: 'NO_COLOR asks for plain lines' },
])('$environment: said, and run as usual', async ({ environment, why }) => {
  const { code, shown } = await watch('', [], environment);
  expect(shown).toContain(`headend: --screen: ${why}, so the run is only told at its end`);
  expect(shown).toMatch(/3 cable-modem operational/);
  expect(shown).not.toContain('\u001b[?1049');
  expect(code, shown).toBe(0);
});
