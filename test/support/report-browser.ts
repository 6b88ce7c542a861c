import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import type { AxeResults } from 'axe-core';
import { chromium } from 'playwright-core';
import type { Browser, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { CommandLine } from './command-line.ts';

const CHROMIUM = '/usr/bin/chromium';
/** What a browser, a page, and each wait in it may take on a machine that is busy. */
const LAUNCH_MS = 120_000;
const WAIT_MS = 90_000;

/** A page that is open, and all that it asked for or complained of. */
export interface Opened {
  readonly page: Page;
  readonly requests: readonly string[];
  readonly complaints: readonly string[];
}

interface Look {
  readonly colorScheme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
}

/** Makes pages with the command line and opens them from file:// in a real browser, as somebody who was sent one does. */
export class ReportBrowser {
  readonly headend = new CommandLine();
  readonly #browser: Browser;

  private constructor(browser: Browser) {
    this.#browser = browser;
    this.headend.buildViewer();
  }

  static async launch(): Promise<ReportBrowser> {
    // A machine with little shared memory, such as a container, has room for it on the disk.
    const args = ['--no-sandbox', '--disable-dev-shm-usage'];
    return new ReportBrowser(await chromium.launch({ executablePath: CHROMIUM, args, timeout: LAUNCH_MS }));
  }

  async close(): Promise<void> {
    await this.#browser.close();
    this.headend.remove();
  }

  async open(name: string, hash = '', look: Look = {}): Promise<Opened> {
    const { colorScheme = 'light', width = 1920, height = 1080 } = look;
    const page = await this.#browser.newPage({ viewport: { width, height }, colorScheme });
    page.setDefaultTimeout(WAIT_MS);
    const requests: string[] = [];
    const complaints: string[] = [];
    page.on('request', (request) => requests.push(request.url().replace(/#.*/, '')));
    page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
    await page.goto(`${this.url(name)}${hash}`);
    await page.waitForSelector('[data-ready]').catch((error: unknown) => {
      throw new Error(`${name} is not ready; it complains: ${complaints.join('\n')}`, { cause: error });
    });
    return { page, requests, complaints };
  }

  url(name: string): string {
    return pathToFileURL(join(this.headend.folder, name)).href;
  }

  async reportOf(file: string, name: string, ...more: readonly string[]): Promise<void> {
    const { err } = await this.headend.run('run', file, '--report', name, ...more);
    expect(existsSync(join(this.headend.folder, name)), err).toBe(true);
  }
}

/** What axe finds that keeps somebody out. */
export async function barriers(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<AxeResults>("axe.run({ resultTypes: ['violations'] })");
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`);
}

/** Texts smaller than 18 px. */
export function smallTexts(page: Page): Promise<readonly string[]> {
  return page.evaluate(`(() => {
    const small = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode() !== null) {
      const { parentElement: parent, textContent: text } = walker.currentNode;
      if (text.trim() === '' || parent.closest('script, noscript') !== null) continue;
      if (parseFloat(getComputedStyle(parent).fontSize) < 18) small.push(text);
    }
    return small;
  })()`);
}

export const chosen = (page: Page) => page.locator('.row.chosen').textContent();
export const clock = (page: Page) => page.locator('.clock').innerText();

type Soon<T> = ReturnType<typeof expect.poll<T>>;

// A page draws after a key or a click, not with it: what comes of one is waited for.
export const soonChosen = (page: Page): Soon<string | null> => expect.poll(() => chosen(page));
export const soonClock = (page: Page): Soon<string> => expect.poll(() => clock(page));
export const soonText = (locator: Locator): Soon<string> => expect.poll(() => locator.innerText());
export const soonTexts = (locator: Locator): Soon<string[]> => expect.poll(() => locator.allInnerTexts());
export const soonCount = (locator: Locator): Soon<number> => expect.poll(() => locator.count());
