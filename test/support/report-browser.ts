import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import type { AxeResults } from 'axe-core';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';
import { CommandLine } from './command-line.ts';

const CHROMIUM = '/usr/bin/chromium';

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
    return new ReportBrowser(await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] }));
  }

  async close(): Promise<void> {
    await this.#browser.close();
    this.headend.remove();
  }

  async open(name: string, hash = '', look: Look = {}): Promise<Opened> {
    const { colorScheme = 'light', width = 1920, height = 1080 } = look;
    const page = await this.#browser.newPage({ viewport: { width, height }, colorScheme });
    const requests: string[] = [];
    const complaints: string[] = [];
    page.on('request', (request) => requests.push(request.url().replace(/#.*/, '')));
    page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
    await page.goto(`${this.url(name)}${hash}`);
    await page.waitForSelector('[data-ready]', { timeout: 60_000 });
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
