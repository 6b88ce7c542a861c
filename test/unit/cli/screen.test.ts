import { beforeEach, describe, expect, test } from 'vitest';
import { Screen } from '../../../src/cli/screen.ts';
import { span, type Line } from '../../../src/report/line.ts';

/** Keeps each write; `writableLength` is what a slow reader has left there. */
class FakeTerminal {
  readonly writes: string[] = [];
  writableLength = 0;

  write(data: string): void {
    this.writes.push(data);
  }
}

const lines = (...texts: readonly string[]): Line[] => texts.map((text) => [span(text)]);

let terminal: FakeTerminal;
let screen: Screen;
beforeEach(() => {
  terminal = new FakeTerminal();
  screen = new Screen(terminal, { isPlain: true });
  screen.open();
  terminal.writes.length = 0;
});

test('the first frame clears and writes every row that has text, in one write', () => {
  screen.draw(lines('one', '', 'three'));
  expect(terminal.writes).toEqual(['\u001b[2J\u001b[1;1Hone\u001b[K\u001b[3;1Hthree\u001b[K']);
});

test.each([
  { name: 'one row is other', next: ['one', 'zwei', 'three'], written: ['\u001b[2;1Hzwei\u001b[K'] },
  { name: 'nothing is other', next: ['one', 'two', 'three'], written: [] },
  { name: 'a row less', next: ['one', 'two'], written: ['\u001b[3;1H\u001b[K'] },
  { name: 'a row more', next: ['one', 'two', 'three', 'four'], written: ['\u001b[4;1Hfour\u001b[K'] },
  {
    name: 'the first and the last',
    next: ['eins', 'two', 'drei'],
    written: ['\u001b[1;1Heins\u001b[K\u001b[3;1Hdrei\u001b[K'],
  },
])('the second frame: $name', ({ next, written }) => {
  screen.draw(lines('one', 'two', 'three'));
  terminal.writes.length = 0;
  screen.draw(lines(...next));
  expect(terminal.writes).toEqual(written);
});

test('a row whose style alone is other is written', () => {
  const coloured = new Screen(terminal, { isPlain: false });
  coloured.open();
  coloured.draw([[span('up')], [span('lost 0', 'dim')]]);
  terminal.writes.length = 0;
  coloured.draw([[span('up')], [span('lost 0', 'bad')]]);
  expect(terminal.writes).toEqual(['\u001b[2;1H\u001b[31mlost 0\u001b[39m\u001b[K']);
});

test('after another size everything is drawn again', () => {
  screen.draw(lines('one'));
  terminal.writes.length = 0;
  screen.forget();
  screen.draw(lines('one'));
  expect(terminal.writes).toEqual(['\u001b[2J\u001b[1;1Hone\u001b[K']);
});

test('a terminal that has not read the last frame is not sent another; the next one has all changes', () => {
  screen.draw(lines('one', 'two'));
  terminal.writes.length = 0;
  terminal.writableLength = 10;
  screen.draw(lines('eins', 'two'));
  expect(terminal.writes).toEqual([]);
  terminal.writableLength = 0;
  screen.draw(lines('eins', 'zwei'));
  expect(terminal.writes).toEqual(['\u001b[1;1Heins\u001b[K\u001b[2;1Hzwei\u001b[K']);
});

test('what a packet says moves no cursor', () => {
  screen.draw(lines('name \u001b[2J\u0007evil'));
  expect(terminal.writes.join('').replace('\u001b[2J\u001b[1;1H', '')).toBe('name \\x1b[2J\\x07evil\u001b[K');
});

describe('the terminal is given back', () => {
  test('once, however often it is closed', () => {
    screen.close();
    screen.close();
    expect(terminal.writes).toEqual(['\u001b[?7h\u001b[?25h\u001b[?1049l']);
  });

  test('nothing is drawn on it then', () => {
    screen.close();
    terminal.writes.length = 0;
    screen.draw(lines('late'));
    expect(terminal.writes).toEqual([]);
  });

  test('it undoes what opening did', () => {
    const other = new FakeTerminal();
    new Screen(other, { isPlain: true }).open();
    expect(other.writes).toEqual(['\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[2J']);
  });
});
