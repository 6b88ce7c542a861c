import { expect, test } from 'vitest';
import { lineText } from '../../../src/report/line.ts';
import { treeLines } from '../../../src/report/tree.ts';

test('a tree is drawn with lines, and long texts go on under their own beginning', () => {
  const tree = {
    text: 'www.shop.example.',
    children: [
      { text: 'first thing that is said of it, at some length', children: [{ text: 'under the first' }] },
      { text: 'last thing that is said of it, at some length' },
    ],
  };
  expect(treeLines(tree, 32).map(lineText)).toEqual([
    'www.shop.example.',
    '├─ first thing that is said of',
    '│  │ it, at some length',
    '│  └─ under the first',
    '└─ last thing that is said of',
    '     it, at some length',
  ]);
});
