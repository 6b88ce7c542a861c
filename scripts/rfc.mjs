// Brings docs/rfc.md up to date with the citations in src: npm run rfc. Status and titles are written by hand and kept.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const DOCUMENT = 'docs/rfc.md';
const START = '<!-- sections: made by scripts/rfc.mjs; status and titles are yours -->';

/** "RFC 2131 §4.3.2" -> { rfc, section }; a citation of the whole RFC has section ''. */
const CITATION = /RFC (\d+)((?:,? (?:and )?§[0-9A-Z]+(?:\.[0-9]+)*)*)/g;

function citations() {
  const found = new Map();
  for (const entry of readdirSync('src', { recursive: true, encoding: 'utf8' })) {
    if (!entry.endsWith('.ts') || entry.includes('core/rules/') || entry.endsWith('report/concepts.ts'))
      continue;
    const text = readFileSync(`src/${entry}`, 'utf8');
    for (const [, rfc, sections] of text.matchAll(CITATION)) {
      const list = sections === '' ? [''] : [...sections.matchAll(/§([0-9A-Z.]+)/g)].map(([, one]) => one);
      for (const section of list) {
        const key = `${rfc} ${section}`;
        found.set(key, (found.get(key) ?? new Set()).add(entry));
      }
    }
  }
  return found;
}

/** What the document says already: titles by RFC, status by RFC and section. */
function written(text) {
  const titles = new Map();
  const status = new Map();
  let rfc = '';
  for (const line of text.split('\n')) {
    const heading = /^### RFC (\d+) ?(.*)$/.exec(line);
    if (heading !== null) {
      rfc = heading[1];
      titles.set(rfc, heading[2]);
    }
    const row = /^\| (?:§(\S+)|all) +\| (.*?) +\| .* \|$/.exec(line);
    if (row !== null && rfc !== '') status.set(`${rfc} ${row[1] ?? ''}`, row[2]);
  }
  return { titles, status };
}

function parts(section) {
  return section.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : -1));
}

function bySection(a, b) {
  const [left, right] = [parts(a), parts(b)];
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const order = (left[index] ?? -1) - (right[index] ?? -1);
    if (order !== 0) return order;
  }
  return 0;
}

/** A codec alone reads and writes a thing; what it is for is another section's. */
function firstStatus(files) {
  return [...files].every((file) => file.startsWith('codec/')) ? 'codec' : 'done';
}

const FILES_MAX = 4;

function filesText(files) {
  const sorted = [...files].sort((a, b) => (a < b ? -1 : 1));
  const shown = sorted.slice(0, FILES_MAX).join(', ');
  return sorted.length > FILES_MAX ? `${shown} and ${sorted.length - FILES_MAX} more` : shown;
}

const text = readFileSync(DOCUMENT, 'utf8');
const { titles, status } = written(text);
const found = citations();
const rfcs = new Map();
for (const key of found.keys()) {
  const [rfc, section] = key.split(' ');
  rfcs.set(rfc, [...(rfcs.get(rfc) ?? []), section]);
}
const lines = [START, ''];
for (const rfc of [...rfcs.keys()].sort((a, b) => a - b)) {
  lines.push(`### RFC ${rfc} ${titles.get(rfc) ?? ''}`.trimEnd(), '');
  lines.push('| section | status | where |', '| --- | --- | --- |');
  for (const section of rfcs.get(rfc).sort(bySection)) {
    const files = found.get(`${rfc} ${section}`);
    const said = status.get(`${rfc} ${section}`) ?? firstStatus(files);
    lines.push(`| ${section === '' ? 'all' : `§${section}`} | ${said} | ${filesText(files)} |`);
  }
  lines.push('');
}
const head = text.slice(0, text.indexOf(START));
writeFileSync(DOCUMENT, `${head}${lines.join('\n').trimEnd()}\n`);
console.log(`${DOCUMENT}: ${found.size} sections of ${rfcs.size} RFCs`);
