import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CAUSE } from '../../../src/core/rules/cause.ts';
import { renderLesson, renderLessons } from '../../../src/report/lesson.ts';
import { lineText } from '../../../src/report/line.ts';
import { CAUSE_WORDS, INCIDENTS, SHOWCASES } from '../../../src/report/incidents.ts';

const SCENARIOS = join(import.meta.dirname, '../../../scenarios');
const files = readdirSync(join(SCENARIOS, 'incidents')).filter((name) => name.endsWith('.yaml'));

describe('incidents', () => {
  test('each has its file, and each file is one', () => {
    const named = INCIDENTS.map(({ number, name }) => `${String(number).padStart(2, '0')}-${name}.yaml`);
    expect(named).toEqual(files);
  });

  test.each(INCIDENTS)('$name: its cause has its number, and may be guessed', ({ number, cause }) => {
    expect(cause.id).toBe(`HE-CAUSE-${String(number).padStart(3, '0')}`);
    expect(CAUSE_WORDS.has(cause)).toBe(true);
  });

  test('their list fits the terminal, and loses nothing in it', () => {
    const lines = renderLessons(80).map(lineText);
    expect(Math.max(...lines.map((line) => line.trimEnd().length))).toBeLessThanOrEqual(80);
    const text = lines.join(' ').replaceAll(/\s+/g, ' ');
    for (const { title } of INCIDENTS) expect(text).toContain(title);
  });

  test.each(INCIDENTS)('$name: its ticket fits the terminal', (incident) => {
    const lines = renderLesson(
      { incident, ticket: 'A ticket.', sides: { modems: [], cmts: [], servers: [] } },
      40,
    );
    expect(Math.max(...lines.map((line) => lineText(line).length))).toBeLessThanOrEqual(40);
    expect(lineText(lines[0]!)).toMatch(new RegExp(`^ ${incident.number} {1,2}\\S`));
  });

  test.each(INCIDENTS)('$name: no hint says the cause or what mends it', ({ hints, cause, mend }) => {
    expect(hints.length).toBeGreaterThanOrEqual(3);
    const word = CAUSE_WORDS.get(cause) ?? '';
    for (const hint of hints) {
      expect(hint).not.toContain(cause.says);
      expect(hint).not.toContain(mend);
      expect(hint.toLowerCase().split(/\W+/)).not.toContain(word);
    }
  });

  test('every cause but a declared fault may be guessed, each by a word of its own', () => {
    expect(new Set(CAUSE_WORDS.values()).size).toBe(CAUSE_WORDS.size);
    const missing = Object.values(CAUSE).filter((rule) => !CAUSE_WORDS.has(rule));
    expect(missing.map(({ id }) => id)).toEqual(['HE-CAUSE-040']);
  });

  test('scenarios that explain themselves are there', () => {
    for (const { file } of SHOWCASES)
      expect(readFileSync(join(SCENARIOS, `${file}.yaml`), 'utf8')).toContain(`name: ${file}`);
  });
});
