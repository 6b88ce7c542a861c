import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CATALOGUE, ruleById } from '../../../src/core/rules/catalogue.ts';
import type { Rule } from '../../../src/core/rules.ts';
import { CONCEPTS } from '../../../src/report/concepts.ts';
import { findEntry, nearestTopic, renderEntry, topics } from '../../../src/report/explain.ts';
import { lineText } from '../../../src/report/line.ts';

const folder = resolve(import.meta.dirname, '../../../src/core/rules');

describe('the catalogue', () => {
  test('has the rules of every file in core/rules', async () => {
    const files = readdirSync(folder).filter((name) => name !== 'catalogue.ts');
    const sets = await Promise.all(
      files.map(async (name) => (await import(join(folder, name))) as Record<string, unknown>),
    );
    const made = sets.flatMap((exported) =>
      Object.values(exported).flatMap((rules) => Object.values(rules as Record<string, Rule>)),
    );
    expect(CATALOGUE.map(({ id }) => id).toSorted()).toEqual(made.map(({ id }) => id).toSorted());
  });

  test('gives each rule an id and an index of its own', () => {
    expect(new Set(CATALOGUE.map(({ id }) => id)).size).toBe(CATALOGUE.length);
    expect(new Set(CATALOGUE.map(({ index }) => index)).size).toBe(CATALOGUE.length);
  });

  test.each(CATALOGUE)('$id says what, why, from where and what to try', (rule) => {
    for (const text of [rule.says, rule.why, rule.tryIt]) expect(text).toMatch(/^\S[^]{9,}$/);
    expect(rule.says).toMatch(/[.]$/);
    expect(rule.source).toMatch(/\S{3,}/);
    expect(ruleById(rule.id)).toBe(rule);
  });
});

describe('explain', () => {
  test('every concept is whole and no word means two', () => {
    const words = CONCEPTS.flatMap(({ name, also }) => [name, ...also]);
    expect(new Set(words).size).toBe(words.length);
    for (const concept of CONCEPTS)
      for (const part of [concept.see, concept.why, concept.source, concept.tryIt, concept.fix])
        expect(part, concept.name).not.toBe('');
  });

  const tries = [
    ...CATALOGUE.map(({ id, tryIt }) => ({ name: id, tryIt })),
    ...CONCEPTS.map(({ name, tryIt }) => ({ name, tryIt })),
  ].filter(({ tryIt }) => tryIt.includes('headend '));

  test.each(tries)('$name: what to try has files that there are, and brackets no shell eats', ({ tryIt }) => {
    for (const [file] of tryIt.matchAll(/scenarios\/[\w/-]+\.yaml/g))
      expect(existsSync(join(folder, '../../..', file)), file).toBe(true);
    expect(tryIt).not.toMatch(/--\w+ [^' ]+\[/);
  });

  test.each([
    { topic: 'dora', name: 'dora' },
    { topic: 'DORA', name: 'dora' },
    { topic: 'giaddr', name: 'relay' },
    { topic: 'he-tftp-001', name: 'HE-TFTP-001' },
  ])('$topic leads to $name', ({ topic, name }) => {
    expect(findEntry(topic)?.name).toBe(name);
  });

  test('a slip of the finger finds its topic', () => {
    expect(findEntry('avalanch')).toBeUndefined();
    expect(nearestTopic('avalanch')).toBe('avalanche');
    expect(nearestTopic('qqqqqqqqqqqq')).toBeUndefined();
    expect(topics()).toContain('mic');
  });

  test('no line is longer than the terminal', () => {
    const entry = findEntry('mic');
    const lines = renderEntry(entry!, 60).map(lineText);
    expect(lines[0]).toBe(' mic');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60);
    expect(lines.filter((line) => line.startsWith(' what you see'))).toHaveLength(1);
  });
});
