import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SCENARIOS } from '../support/command-line.ts';
import { plantOfModems } from '../support/large-plant.ts';
import {
  barriers,
  ReportBrowser,
  smallTexts,
  soonChosen,
  soonClock,
  soonCount,
  soonText,
} from '../support/report-browser.ts';

// A run that failed, as its page tells it: what was expected, where it went wrong, and what is behind it.

let reports: ReportBrowser;

beforeAll(async () => {
  reports = await ReportBrowser.launch();
});

afterAll(() => reports?.close());

const EXPECT = `
expect:
  - eventually: { all: cm, state: operational, within: 3m }
    why: The street has paid.
  - sequence: { each: cm, within: 60s, steps: [DHCP DISCOVER cm>cmts, DHCP OFFER dhcp>cmts] }
  - never: { any: cm, state: operational }
`;

/** The night after which no relay is known, with what its people had wished for. */
function maintenanceWindow(): string {
  const text = readFileSync(join(SCENARIOS, 'incidents/07-maintenance-window.yaml'), 'utf8');
  return text
    .slice(0, text.indexOf('\nexpect:'))
    .replaceAll('./files/gold.yaml', '[{ network-access: true }]')
    .concat(EXPECT);
}

describe('a run that failed', () => {
  beforeAll(() => reports.reportOf(reports.headend.file('night.yaml', maintenanceWindow()), 'night.html'));

  test('says at once what was expected, what came, and the cause with its proof and the next check', async () => {
    const { page, complaints } = await reports.open('night.html');
    await soonText(page.locator('.side')).toContain('headend explain HE-CAUSE-007');
    const side = await page.locator('.side').innerText();
    expect(side).toContain('2 of 3 expectations do not hold');
    expect(side).toMatch(/✗ 1\s+fail\s+eventually all cm operational within 3m/);
    expect(side).toMatch(/Expected\s+cm\[0\]: step 2 of 2, "DHCP OFFER dhcp>cmts"/);
    expect(side).toMatch(/Came\s+nothing of this kind came/);
    expect(side).toContain('The street has paid.');
    expect(side).toContain('HE-CAUSE-007');
    expect(side).toContain('no subnet for the address of their relay');
    expect(side).toMatch(/Check next\s+on dhcp: which subnet holds, or names as relay, 10\.19\.0\.1\?/);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('a proof leads to its packet, and the address says so', async () => {
    const { page } = await reports.open('night.html');
    const proof = page.locator('.cause .packets button').first();
    const number = /#(\d+)/.exec(await proof.innerText())?.[1] ?? '';
    await proof.click();
    await soonText(page.locator('.packet-head h2')).toBe(`DHCP DISCOVER #${number}`);
    await soonText(page.locator('.packet-head')).toContain('cmts → edge on access');
    await soonChosen(page).toContain('DISCOVER');
    await expect.poll(() => page.url()).toContain(`n=${number}`);
    const again = await reports.open('night.html', `#n=${number}`);
    await soonText(again.page.locator('.packet-head h2')).toBe(`DHCP DISCOVER #${number}`);
    await again.page.close();
    await page.close();
  });

  test('what a server says of itself leads to the packet that it says it of', async () => {
    const { page } = await reports.open('night.html');
    await page.locator('.cause .packets button', { hasText: 'HE-DHCP-007' }).click();
    await soonText(page.locator('.packet-head')).toMatch(/DHCP DISCOVER[^]*edge → dhcp on core/);
    await soonText(page.locator('.narrator')).toContain(
      'Why: The server knows no subnet for the link that this request came from',
    );
    await page.close();
  });

  test('each failure is on the timeline, under its number, and leads to its host and moment', async () => {
    const { page } = await reports.open('night.html');
    const marks = page.getByRole('group', { name: 'Where expectations did not hold' }).getByRole('button');
    await expect.poll(() => marks.allInnerTexts()).toEqual(['✗ 2', '✗ 1']);
    expect(await marks.nth(1).getAttribute('aria-label')).toMatch(
      /^fail 1 at 180\.000 s: eventually all cm operational within 3m$/,
    );
    await marks.nth(1).press('Enter');
    await soonClock(page).toBe('180.000 s');
    await expect.poll(() => page.locator('.ladder select').inputValue()).toBe('cm[0]');
    await page.getByRole('button', { name: /^cm\[0\], 0\.\d+ s$/ }).click();
    await soonClock(page).toMatch(/^0\.\d+ s$/);
    await soonChosen(page).toContain('DISCOVER');
    await page.close();
  });

  test('the sheet for paper begins with what did not hold and why', async () => {
    const { page } = await reports.open('night.html');
    await page.emulateMedia({ media: 'print' });
    const sheet = page.locator('.paper-verdict');
    await sheet.waitFor();
    await soonText(sheet).toMatch(
      /What did not hold[^]*each cm: DHCP DISCOVER[^]*Came: nothing of this kind came[^]*HE-CAUSE-007[^]*Check next: on dhcp/,
    );
    await page.close();
  });

  test.each([
    { name: 'in light', colorScheme: 'light', width: 1920, height: 1080 },
    { name: 'in the dark, on a small projector', colorScheme: 'dark', width: 1280, height: 720 },
  ] as const)('nothing keeps anybody out, $name', async (look) => {
    const { page } = await reports.open('night.html', '', look);
    expect(await barriers(page)).toEqual([]);
    await page.getByText('The packets about it').first().click();
    expect(await smallTexts(page)).toEqual([]);
    await page.close();
  });

  test('of its trace alone the cause stands behind a fold', async () => {
    await reports.headend.run('run', 'night.yaml', '--trace', 'night.trace');
    const { code, err } = await reports.headend.run('view', 'night.trace', '-o', 'trace.html');
    expect(code, err).toBe(0);
    const { page } = await reports.open('trace.html');
    await page.getByRole('tab', { name: 'Cause' }).click();
    const proof = page.locator('.cause .packets button').first();
    expect(await proof.isVisible()).toBe(false);
    await page.locator('.cause > summary').click();
    await proof.click();
    await soonText(page.locator('.packet-head h2')).toMatch(/^DHCP DISCOVER #\d+$/);
    await page.close();
  });
});

describe('a run that passed', () => {
  test('tells no cause: an incident that goes as its file says stays a riddle', async () => {
    await reports.reportOf(join(SCENARIOS, 'incidents/07-maintenance-window.yaml'), 'riddle.html');
    const { page } = await reports.open('riddle.html');
    expect(await page.locator('.failures').count()).toBe(0);
    await page.getByRole('tab', { name: /^Verdict ✓$/ }).click();
    await soonText(page.locator('.side')).toContain('all 3 expectations hold');
    expect(await page.locator('body').innerText()).not.toContain('HE-CAUSE');
    await page.close();
  });
});

describe('a failure among thousands', () => {
  /** The CMTS has another secret than the one who signs the files. */
  const file = plantOfModems(300)
    .replace('secret: plant, ranging', 'secret: orchard, ranging')
    .concat('  - eventually: { all: cm0, state: operational, within: 2m }\n');

  test('its proofs and the packets about it are in the page, under the numbers of a whole trace', async () => {
    await reports.reportOf(reports.headend.file('many.yaml', file), 'many.html', '--trace', 'many.trace');
    const { page, complaints } = await reports.open('many.html');
    await soonText(page.locator('.cause-title').first()).toMatch(/secret/);
    const proof = page.locator('.cause .packets button').first();
    const number = /#(\d+)/.exec(await proof.innerText())?.[1] ?? '';
    const line = readFileSync(join(reports.headend.folder, 'many.trace'), 'utf8')
      .split('\n')
      .find((one) => one.includes(`"number":${number},`));
    expect(line).toContain('"kind":"frame"');
    const { protocol, message } = JSON.parse(line ?? '') as Record<string, string>;
    await proof.click();
    await soonText(page.locator('.packet-head h2')).toMatch(
      new RegExp(`^${protocol} ${message}.* #${number}$`),
    );
    await page.getByText('The packets about it').first().click();
    const packets = page.locator('.side ol .packets li');
    await soonCount(packets).toBeGreaterThan(0);
    await soonCount(packets.locator('button')).toBe(await packets.count());
    expect(complaints).toEqual([]);
    await page.close();
  });
});

describe('a run that somebody stopped', () => {
  test('has the ladders of what was run', async () => {
    const asked = [
      join(SCENARIOS, 'boot-storm-5000.yaml'),
      '--cell',
      'spread=5s',
      '--trace',
      'stopped.trace',
    ];
    const { code, err } = await reports.headend.runWith(
      { signalWhen: { file: 'stopped.trace', octets: 4_000_000, signal: 'SIGINT' } },
      'run',
      ...asked,
      '--report',
      'stopped.html',
    );
    expect(code).toBe(130);
    expect(err).toContain('it is run again until there');
    const { page } = await reports.open('stopped.html', '#view=everything');
    await soonText(page.locator('.verdict')).toContain('inconclusive');
    await soonCount(page.locator('.row')).toBeGreaterThan(5);
    await page.close();
  });
});
