import { escapeText } from '../../core/text.ts';

/** What one file is put together from. */
export interface PageAssets {
  /** The viewer's program and style sheet, as they are built. */
  readonly script: string;
  readonly style: string;
  /** Base64 of their SHA-256, which the page's policy names. */
  readonly scriptHash: string;
  readonly styleHash: string;
}

/**
 * One HTML file that needs nothing else. Its policy lets it load nothing from anywhere and run only the two parts that are named by
 * their hash; the data is base64, in which no markup can be written. `data`: base64 of gzipped JSON.
 */
export function pageHtml(
  title: string,
  { script, style, scriptHash, styleHash }: PageAssets,
  data: string,
): string {
  const policy = `default-src 'none'; script-src 'sha256-${scriptHash}'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'`;
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    `<title>${escapeHtml(escapeText(title))}</title>`,
    `<style>${style}</style>`,
    '<body>',
    '<div id="app"><p class="loading">Reading the run.</p></div>',
    '<noscript><p>This report is a program: it needs JavaScript, and no network.</p></noscript>',
    `<script type="text/plain" id="data">${data}</script>`,
    `<script>${script}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

/** Text for markup: of an element, or of an attribute in double quotes. */
function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
