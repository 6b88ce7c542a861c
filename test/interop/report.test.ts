import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SCENARIOS } from '../support/command-line.ts';
import type { CommandLine } from '../support/command-line.ts';
import { plantOfModems } from '../support/large-plant.ts';
import {
  barriers,
  chosen,
  clock,
  ReportBrowser,
  smallTexts,
  soonChosen,
  soonClock,
  soonCount,
  soonText,
} from '../support/report-browser.ts';

// One HTML file of a run, opened by a real browser from file://, as somebody who was sent it does.

const MIB = 1024 * 1024;

let reports: ReportBrowser;
let headend: CommandLine;
const open: ReportBrowser['open'] = (...asked) => reports.open(...asked);
const reportOf: ReportBrowser['reportOf'] = (...asked) => reports.reportOf(...asked);
const url = (name: string): string => reports.url(name);

beforeAll(async () => {
  reports = await ReportBrowser.launch();
  ({ headend } = reports);
});

afterAll(() => reports?.close());

describe('three modems', () => {
  beforeAll(() => reportOf(join(SCENARIOS, 'cable-modem-boot.yaml'), 'three.html'));

  test('opens from a file, asks nobody for anything and complains of nothing', async () => {
    const { page, requests, complaints } = await open('three.html');
    await soonText(page.locator('h1')).toBe('cable-modem-boot');
    await soonCount(page.locator('.row')).toBeGreaterThan(5);
    await soonCount(page.locator('.chart canvas')).toBe(3);
    expect(requests).toEqual([url('three.html')]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('its policy stops a request and a program that somebody else would put in', async () => {
    const { page, complaints } = await open('three.html');
    const reached = await page.evaluate(`(async () => {
      const script = document.createElement('script');
      script.textContent = 'globalThis.wasRun = true';
      document.body.append(script);
      const image = new Image();
      const refused = new Promise((done) => {
        image.onerror = () => done('refused');
        image.onload = () => done('loaded');
      });
      image.src = 'data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==';
      return { image: await refused, wasRun: 'wasRun' in globalThis };
    })()`);
    expect(reached).toEqual({ image: 'refused', wasRun: false });
    expect(complaints.join('\n')).toContain('Content Security Policy');
    await page.close();
  });

  test('steps with keys and buttons, and goes back', async () => {
    const { page } = await open('three.html');
    const first = await chosen(page);
    await page.keyboard.press('ArrowRight');
    await soonChosen(page).not.toBe(first);
    const second = await chosen(page);
    await page.getByRole('button', { name: 'One step on' }).click();
    await soonChosen(page).not.toBe(second);
    await page.keyboard.press('ArrowLeft');
    await soonChosen(page).toBe(second);
    await page.getByRole('button', { name: 'One step back' }).click();
    await soonChosen(page).toBe(first);
    await page.keyboard.press('End');
    await soonChosen(page).toContain('REG-ACK');
    await soonText(page.locator('.card', { hasText: 'cm ×3' })).toContain('3 up');
    await page.keyboard.press('Home');
    await soonChosen(page).toBe(first);
    await soonText(page.locator('.card', { hasText: 'cm ×3' })).not.toContain('3 up');
    await page.close();
  });

  test('space plays, and plays no more', async () => {
    const { page } = await open('three.html');
    const first = await chosen(page);
    await page.keyboard.press(' ');
    await expect.poll(() => chosen(page)).not.toBe(first);
    await page.keyboard.press(' ');
    await page.getByRole('button', { name: 'Play' }).waitFor();
    await page.close();
  });

  test('filters by what a step says', async () => {
    const { page } = await open('three.html');
    await page.keyboard.press('/');
    await page.keyboard.type('offer next-server cm[1]');
    await expect.poll(() => page.locator('.row').count()).toBe(1);
    expect(await page.locator('.row').textContent()).toContain('OFFER');
    await soonText(page.locator('.ladder .count')).toMatch(/^1 of \d+ steps$/);
    await page.locator('#filter').fill('no such words');
    await page.getByText('No step has all of these words.').waitFor();
    await page.close();
  });

  test('a link opens the same moment, the same packet and its Why', async () => {
    const first = await open('three.html');
    await first.page.locator('.ladder select').selectOption('cm[1]');
    await first.page.locator('.row', { hasText: 'next-server' }).first().click();
    await first.page.keyboard.press('w');
    await expect.poll(() => first.page.url()).toContain('tab=why');
    const link = new URL(first.page.url());
    const said = await chosen(first.page);
    expect(link.hash).toContain('view=cm[1]');
    const again = await open('three.html', link.hash);
    await soonChosen(again.page).toBe(said);
    await soonClock(again.page).toBe(await clock(first.page));
    const why = again.page.locator('.why');
    await soonText(why).toMatch(/Why dhcp sent it HE-DHCP-\d{3}/);
    await soonText(why).toContain('RFC 2131');
    await first.page.close();
    await again.page.close();
  });

  test('a link to a moment alone shows that moment', async () => {
    const { page } = await open('three.html', '#t=1.5');
    await soonClock(page).toBe('1.500 s');
    await soonText(page.locator('.card', { hasText: 'cm ×3' })).toContain('1 up');
    await page.close();
  });

  test('a field is joined to its octets, by the pointer and by the keyboard', async () => {
    const { page } = await open('three.html', '#view=cm[0]');
    await page.locator('.row', { hasText: 'DISCOVER' }).first().click();
    await page.locator('.fields li', { hasText: 'xid' }).hover();
    await soonCount(page.locator('.octet.joined')).toBe(4);
    const octets = (await page.locator('.octet.joined').allInnerTexts()).join('');
    await soonText(page.locator('.fields li.joined')).toContain(octets);
    await page.locator('.octet').first().hover();
    await page.getByRole('button', { name: /Ethernet 00/ }).click();
    await page.locator('.octet').first().hover();
    await soonText(page.locator('.fields li.joined')).toContain('destination');
    await page.getByRole('listbox', { name: 'Fields of DHCP' }).focus();
    await page.keyboard.press('ArrowDown');
    await soonText(page.locator('.fields li.joined')).toContain('op');
    await expect
      .poll(() => page.locator('.bytes').getAttribute('aria-label'))
      .toMatch(/^op: octets 42 to 42: 01$/);
    await page.close();
  });

  test('blanks the screen, shows the keys, changes the light, and asks what comes next', async () => {
    const { page } = await open('three.html');
    await page.keyboard.press('b');
    await page.locator('.blank').waitFor();
    await page.keyboard.press('Escape');
    await soonCount(page.locator('.blank')).toBe(0);
    await page.keyboard.press('?');
    await soonText(page.getByRole('dialog')).toContain('the first failure');
    await page.keyboard.press('Escape');
    await soonCount(page.getByRole('dialog')).toBe(0);
    await page.keyboard.press('t');
    await expect.poll(() => page.locator('html').getAttribute('data-theme')).toBe('dark');
    const rows = await page.locator('.row').count();
    await page.keyboard.press('p');
    await soonCount(page.locator('.row')).toBeLessThan(rows);
    await page.locator('.predict li button').first().click();
    await page.locator('.predict .right').waitFor();
    await page.close();
  });

  test('a sheet is printed, once to read and once with blanks', async () => {
    const { page } = await open('three.html', '#view=cm[0]');
    await page.emulateMedia({ media: 'print' });
    await page.locator('.sheet').waitFor();
    const tables = page.locator('.sheet table');
    await soonCount(tables).toBe(2);
    await soonText(tables.nth(0)).toContain('DISCOVER');
    await soonText(tables.nth(1)).toContain('………');
    await page.locator('.screen').waitFor({ state: 'hidden' });
    await page.close();
  });

  test.each([
    { name: 'in light', colorScheme: 'light', hash: '', width: 1920 },
    { name: 'in the dark', colorScheme: 'dark', hash: '', width: 1920 },
    { name: 'with a Why', colorScheme: 'light', hash: '#view=cm[0]&tab=why', width: 1280 },
  ] as const)('nothing keeps anybody out, $name', async ({ colorScheme, hash, width }) => {
    const { page } = await open('three.html', hash, { colorScheme, width });
    await page.keyboard.press('ArrowRight');
    expect(await barriers(page)).toEqual([]);
    await page.keyboard.press('p');
    expect(await barriers(page)).toEqual([]);
    await page.close();
  });

  test('no text is smaller than 18 px', async () => {
    const { page } = await open('three.html');
    expect(await smallTexts(page)).toEqual([]);
    await page.close();
  });
});

describe('5,000 modems', () => {
  beforeAll(() => reportOf(join(SCENARIOS, 'boot-storm-5000.yaml'), 'storm.html', '--cell', 'spread=5s'));

  test('is under 3 MB, has a map of all and the packets of some', async () => {
    expect(statSync(join(headend.folder, 'storm.html')).size).toBeLessThan(3 * MIB);
    const { page, requests, complaints } = await open('storm.html', '#t=30');
    await expect.poll(() => page.locator('.map canvas').getAttribute('aria-label')).toMatch(/^cm: .*\d+ up$/);
    const choices = await page.locator('.ladder option').allInnerTexts();
    expect(choices.join('\n')).toMatch(
      /the first[^]*the median boot[^]*slower than 99 of 100[^]*the slowest boot/,
    );
    expect(requests).toEqual([url('storm.html')]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('F goes to a failure, with the name of the fault or queue beside its cross', async () => {
    const { page } = await open('storm.html', '#view=losses');
    await page.keyboard.press('f');
    await soonCount(page.locator('.row.chosen .way.lost .cross')).toBe(1);
    await soonText(page.locator('.row.chosen')).toMatch(/plant-noise|queue of dhcp/);
    await soonCount(page.locator('.timeline .fault')).toBe(1);
    await page.close();
  });

  test('thousands of rows scroll, and only those in sight are there', async () => {
    const { page } = await open('storm.html', '#view=losses');
    await page.locator('.scroll').evaluate((box) => box.scrollTo(0, 100_000));
    await expect
      .poll(async () => Number(await page.locator('.row').first().getAttribute('aria-posinset')))
      .toBeGreaterThan(1_000);
    await soonCount(page.locator('.row')).toBeLessThan(60);
    await page.locator('.lanes').waitFor();
    expect(await barriers(page)).toEqual([]);
    await page.close();
  });
});

describe('100,000 modems', () => {
  test('opens and asks nobody', { timeout: 1_800_000 }, async () => {
    await reportOf(headend.file('large.yaml', plantOfModems(100_000)), 'large.html');
    const { page, requests, complaints } = await open('large.html', '#t=300');
    await soonCount(page.locator('.map')).toBe(10);
    const map = page.locator('.map canvas').first();
    await expect.poll(() => map.getAttribute('aria-label')).toBe('cm0: 10000 up');
    await page.keyboard.press('End');
    await soonCount(page.locator('.row')).toBeGreaterThan(5);
    expect(requests).toEqual([url('large.html')]);
    expect(complaints).toEqual([]);
    await page.close();
  });
});

describe('what is hostile', () => {
  const MARKUP = `</script><img src=x onerror=globalThis.hit=1><b>bold</b>`;
  const HOSTILE = `${MARKUP}\u001b[31m\u202eevil\u0007`;

  test('does nothing in the page of a trace that somebody else wrote', async () => {
    await headend.run('run', join(SCENARIOS, 'cable-modem-boot.yaml'), '--trace', 'good.trace');
    const lines = readFileSync(join(headend.folder, 'good.trace'), 'utf8').trim().split('\n');
    const bad = lines.map((line, index) => {
      const record = JSON.parse(line) as Record<string, unknown>;
      if (index === 0) return JSON.stringify({ ...record, scenario: HOSTILE });
      if (record['kind'] !== 'frame') return line;
      const fields = { ...(record['fields'] as object), class: HOSTILE, qname: HOSTILE, [HOSTILE]: HOSTILE };
      return JSON.stringify({ ...record, fields, detail: HOSTILE, segment: HOSTILE });
    });
    writeFileSync(join(headend.folder, 'bad.trace'), bad.join('\n'));
    const { code, err } = await headend.run('view', 'bad.trace', '-o', 'bad.html');
    expect(err).toBe('');
    expect(code).toBe(0);
    const { page, requests, complaints } = await open('bad.html', '#view=cm[0]');
    for (let step = 0; step < 6; step++) {
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('w');
    }
    expect(await page.evaluate("'hit' in globalThis")).toBe(false);
    expect(await page.locator('img').count()).toBe(0);
    const text = await page.locator('body').innerText();
    expect(text).toContain('<b>bold</b>');
    // oxlint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\u001b\u0007\u202e]/);
    expect(requests).toEqual([url('bad.html')]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('names and TXT from packets are shown as they are, escaped', async () => {
    const file = headend.file('txt.yaml', txtScenario(MARKUP));
    await reportOf(file, 'txt.html');
    const { page, complaints } = await open('txt.html', '#view=everything&q=answer');
    await page.locator('.row').first().click();
    const fields = await page.locator('.fields').innerText();
    expect(fields).toContain('<img src=x');
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.evaluate("'hit' in globalThis")).toBe(false);
    expect(complaints).toEqual([]);
    await page.close();
  });
});

function txtScenario(text: string): string {
  return `headend: 1
name: txt
duration: 10s
net:
  core: { kind: segment, delay: 1ms }
services:
  dns:
    on: core
    ip: 10.0.0.53
    zones:
      lab.example: { records: { evil: { type: TXT, ttl: 30s, data: '"${text}"' } } }
devices:
  pc: { kind: stub, on: core, ip: 10.0.0.9, resolver: 10.0.0.53, ask: evil.lab.example TXT, every: 5s }
expect:
  - sequence: { each: pc, within: 9s, steps: ["DNS QUERY pc>dns", "DNS ANSWER dns>pc"] }
`;
}
