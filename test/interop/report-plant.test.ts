import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SCENARIOS } from '../support/command-line.ts';
import {
  barriers,
  ReportBrowser,
  smallTexts,
  soonCount,
  soonText,
  soonTexts,
} from '../support/report-browser.ts';

// The plant as a drawing that follows the steps, and each step in words.

let reports: ReportBrowser;

beforeAll(async () => {
  reports = await ReportBrowser.launch();
});

afterAll(() => reports?.close());

describe('three modems', () => {
  beforeAll(() => reports.reportOf(join(SCENARIOS, 'cable-modem-boot.yaml'), 'three.html'));

  test('the present packet goes from node to node, and says what it is on each segment', async () => {
    const { page, complaints } = await reports.open('three.html', '#view=cm[1]');
    await page.locator('.row', { hasText: 'DISCOVER' }).first().click();
    await soonCount(page.locator('.passing .head')).toBe(2);
    await soonTexts(page.locator('.node.end .name')).toEqual(['dhcp', 'cmts', 'cm ×3']);
    await soonTexts(page.locator('.bar-label')).toEqual([
      expect.stringMatching(/^core\s+segment\s+DISCOVER$/),
      expect.stringMatching(/^hfc\s+cable\s+DISCOVER$/),
    ]);
    await page.locator('.row', { hasText: 'ACK' }).first().click();
    await page.keyboard.press('ArrowRight');
    await soonTexts(page.locator('.node.end .name')).not.toContain('dhcp');
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('states follow the steps, on and back', async () => {
    const { page } = await reports.open('three.html');
    const modems = page.locator('.node', { hasText: 'cm ×3' });
    await page.keyboard.press('End');
    await soonText(modems).toContain('3 up');
    await page.keyboard.press('Home');
    await soonText(modems).toMatch(/2 dark[^]*1 ranging/);
    await page.close();
  });

  test('a node leads to its ladder with the keyboard alone, and says where it stands', async () => {
    const { page } = await reports.open('three.html');
    const tftp = page.getByRole('button', { name: /^tftp 10\.0\.0\.69 , on core/ });
    await tftp.focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('.ladder select').inputValue()).toBe('tftp');
    await expect.poll(() => tftp.getAttribute('aria-pressed')).toBe('true');
    await page.close();
  });

  test('G draws it large in the place of the ladder, and the address says so', async () => {
    const { page } = await reports.open('three.html', '#view=cm[1]&t=2.7');
    await page.keyboard.press('g');
    await soonCount(page.locator('.ladder')).toBe(0);
    await soonCount(page.locator('.graph.large .passing')).toBe(2);
    await expect.poll(() => page.url()).toContain('plant=large');
    const words = await page.locator('.narrator').innerText();
    await page.keyboard.press('ArrowRight');
    await soonText(page.locator('.narrator')).not.toBe(words);
    const again = await reports.open('three.html', new URL(page.url()).hash);
    await soonCount(again.page.locator('.graph.large')).toBe(1);
    await again.page.keyboard.press('g');
    await soonCount(again.page.locator('.ladder')).toBe(1);
    await again.page.close();
    await page.close();
  });

  test('each step is told in plain words, with the sentence of its rule', async () => {
    const { page } = await reports.open('three.html', '#view=cm[0]');
    const words = page.locator('.narrator');
    await page.locator('.row', { hasText: 'DISCOVER' }).first().click();
    await soonText(words).toMatch(
      /^cm\[0\] has no address and asks everybody on hfc for one; cmts hears it and asks dhcp in its place\..* Why: /,
    );
    await page.locator('.row', { hasText: 'RRQ' }).first().click();
    await soonText(words).toContain('cm[0] asks tftp for the file gold.cfg.');
    await page.locator('.row', { hasText: 'REG-RSP' }).first().click();
    await soonText(words).toContain('cmts admits cm[0] to the network. cm[0] is now operational.');
    await page.close();
  });

  test.each([
    { name: 'small', hash: '#view=cm[0]&t=1.4', look: {} },
    { name: 'large', hash: '#view=cm[0]&t=1.4&plant=large', look: { colorScheme: 'dark' as const } },
    { name: 'on a small projector', hash: '#view=cm[0]&t=1.4', look: { width: 1280, height: 720 } },
  ])('nothing keeps anybody out, $name', async ({ hash, look }) => {
    const { page } = await reports.open('three.html', hash, look);
    expect(await barriers(page)).toEqual([]);
    expect(await smallTexts(page)).toEqual([]);
    await page.close();
  });
});

test('what is written in a node is inside of it, at every width and size', async () => {
  await reports.reportOf(join(SCENARIOS, 'plant-behind-a-firewall.yaml'), 'wall.html');
  for (const look of [{ width: 1280, height: 720 }, { width: 1920 }])
    for (const hash of ['#t=3', '#t=3&plant=large']) {
      const { page } = await reports.open('wall.html', hash, look);
      const cut = await page
        .locator('.node')
        .evaluateAll((nodes) =>
          nodes.filter((node) => node.scrollHeight > node.clientHeight + 1).map((node) => node.textContent),
        );
      expect(cut).toEqual([]);
      await page.close();
    }
});

test('a lost packet ends in a cross on its way, and the words say who took it', async () => {
  await reports.reportOf(join(SCENARIOS, 'faults-on-the-way.yaml'), 'lost.html');
  const { page } = await reports.open('lost.html', '#view=losses');
  await page.keyboard.press('f');
  await soonCount(page.locator('.passing.lost .cross')).toBe(1);
  await soonText(page.locator('.narrator .but')).toMatch(/^It is lost on hfc: the fault [a-z-]+ takes it\./);
  await page.close();
});
