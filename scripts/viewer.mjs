// Bundles the viewer of reports: node scripts/viewer.mjs [FOLDER]. One program and one style sheet, for `run --report` to write into its page.
import { mkdirSync, writeFileSync } from 'node:fs';
import { argv } from 'node:process';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const NOTICE = "/* headend's viewer, with preact (MIT, Jason Miller) and uPlot (MIT, Leon Sorokin) in it. */";

export async function buildViewer(folder) {
  const { outputFiles } = await build({
    entryPoints: { viewer: 'src/web/main.tsx', style: 'src/web/viewer.css' },
    outdir: folder,
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    charset: 'ascii',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    banner: { js: NOTICE },
    write: false,
    logLevel: 'warning',
  });
  mkdirSync(folder, { recursive: true });
  for (const { path, text } of outputFiles) {
    // Inside of a page these would end the program early.
    if (/<\/(?:script|style)|<!--/i.test(text))
      throw new Error(`${path} holds markup that a page cannot carry`);
    writeFileSync(path.replace(/style\.css$/, 'viewer.css'), text);
  }
}

if (import.meta.url === pathToFileURL(argv[1] ?? '').href) await buildViewer(argv[2] ?? 'dist/web');
