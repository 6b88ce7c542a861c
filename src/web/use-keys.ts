import { useEffect } from 'preact/hooks';
import type { Moves } from './moves.ts';

/** The keys, as the help shows them. */
export const KEYS: readonly (readonly [keys: string, does: string])[] = [
  ['Space', 'play, or stop'],
  ['→ or ↓', 'one step on'],
  ['← or ↑', 'one step back'],
  ['Home, End', 'the first and the last step'],
  ['N', 'the next step that is worth a stop'],
  ['F', 'the first failure'],
  ['W', 'why, or the packet'],
  ['G', 'the plant large, or the ladder again'],
  ['P', 'predict: what comes next is hidden until it was guessed'],
  ['/', 'filter'],
  ['B', 'blank the screen'],
  ['T', 'dark, light, or as the system has it'],
  ['?', 'these keys'],
  ['Esc', 'close what is open'],
];

export function useKeys(move: Moves): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === 'Escape') return move.close();
      if (isTyping(event)) return;
      const act = actionOf(event.key, move);
      if (act === undefined) return;
      event.preventDefault();
      act();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [move]);
}

/** Whether the key is for what has the focus: a field, a choice, or a button that the space bar presses. */
function isTyping({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest('input, select, textarea, [data-keys]') !== null) return true;
  return key === ' ' && target.closest('button, summary, a') !== null;
}

function actionOf(key: string, move: Moves): (() => void) | undefined {
  switch (key) {
    case ' ':
      return move.play;
    case 'ArrowRight':
    case 'ArrowDown':
      return () => move.step(1);
    case 'ArrowLeft':
    case 'ArrowUp':
      return () => move.step(-1);
    case 'Home':
      return () => move.toEnd('first');
    case 'End':
      return () => move.toEnd('last');
    default:
      return letter(key.toLowerCase(), move);
  }
}

function letter(key: string, move: Moves): (() => void) | undefined {
  const actions: Readonly<Record<string, () => void>> = {
    n: move.nextInteresting,
    f: move.firstFailure,
    w: move.swapTab,
    g: move.swapPlant,
    p: move.togglePredict,
    b: move.toggleBlank,
    t: move.nextTheme,
    '?': move.toggleHelp,
    '/': () => document.querySelector<HTMLInputElement>('#filter')?.focus(),
  };
  return actions[key];
}
