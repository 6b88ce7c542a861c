import { ALL } from './model.ts';
import type { RunModel, View } from './model.ts';
import { atMoment, atRecord, atRow, rowAt, rowOfNumber } from './state.ts';
import type { Shown } from './state.ts';

/** All that a key or a button can do. */
export interface Moves {
  /** So many rows on, or back. */
  readonly step: (rows: number) => void;
  readonly toEnd: (which: 'first' | 'last') => void;
  /** The next row that is worth a stop. */
  readonly nextInteresting: () => void;
  readonly firstFailure: () => void;
  readonly toRow: (index: number) => void;
  readonly toRecord: (number: number) => void;
  /** To a record, in a ladder that has it. */
  readonly toProof: (number: number) => void;
  /** To a host's ladder at a moment. */
  readonly toHost: (host: string, at: number) => void;
  readonly toMoment: (at: number) => void;
  readonly setView: (view: string) => void;
  readonly setQuery: (query: string) => void;
  readonly setTab: (tab: Shown['tab']) => void;
  readonly swapTab: () => void;
  readonly play: () => void;
  readonly toggleBlank: () => void;
  readonly toggleHelp: () => void;
  readonly togglePredict: () => void;
  readonly swapPlant: () => void;
  readonly nextTheme: () => void;
  readonly close: () => void;
}

interface Now {
  readonly shown: Shown;
  readonly view: View;
  readonly visible: readonly number[];
}

type Set = (change: (before: Shown) => Shown) => void;

export function moves(model: RunModel, now: () => Now, set: Set): Moves {
  const change = (some: Partial<Shown>): void => set((before) => ({ ...before, ...some }));
  const toRow = (index: number): void => set((before) => atRow(before, now().view.rows[index]));
  return {
    ...stepping(now, set, toRow),
    toRow,
    toRecord: (number) => set((before) => ({ ...before, number })),
    toMoment: (at) => {
      const { view, visible } = now();
      const before = visible.filter((index) => index <= rowAt(view.rows, at)).at(-1);
      set((shown) => ({ ...atRow({ ...shown, number: undefined }, view.rows[before ?? -1]), at }));
    },
    toProof: (number) => set((before) => atRecord(before, model, number)),
    toHost: (host, at) => set((before) => atMoment(before, model, model.has(host) ? host : ALL, at)),
    setView: (view) => {
      if (!model.has(view)) return;
      const { rows } = model.view(view);
      set((before) => {
        const index = rowAt(rows, before.at);
        return { ...atRow({ ...before, number: undefined }, rows[Math.max(index, 0)]), view, query: '' };
      });
    },
    setQuery: (query) => change({ query }),
    setTab: (tab) => change({ tab }),
    swapTab: () => set((before) => ({ ...before, tab: before.tab === 'why' ? 'packet' : 'why' })),
    play: () => set((before) => ({ ...before, playing: !before.playing })),
    toggleBlank: () => set((before) => ({ ...before, blank: !before.blank })),
    toggleHelp: () => set((before) => ({ ...before, help: !before.help })),
    togglePredict: () => set((before) => ({ ...before, predict: !before.predict, playing: false })),
    swapPlant: () => set((before) => ({ ...before, plant: before.plant === 'large' ? 'small' : 'large' })),
    nextTheme: () => set((before) => ({ ...before, theme: THEMES[before.theme] })),
    close: () => change({ help: false, blank: false, predict: false }),
  };
}

const THEMES: Readonly<Record<Shown['theme'], Shown['theme']>> = {
  system: 'dark',
  dark: 'light',
  light: 'system',
};

function stepping(
  now: () => Now,
  set: Set,
  toRow: (index: number) => void,
): Pick<Moves, 'step' | 'toEnd' | 'nextInteresting' | 'firstFailure'> {
  const currentIndex = (): number => {
    const { shown, view } = now();
    return shown.number === undefined ? rowAt(view.rows, shown.at) : rowOfNumber(view.rows, shown.number);
  };
  return {
    step: (rows) => {
      const { visible } = now();
      const current = currentIndex();
      const place = visible.filter((index) => (rows > 0 ? index <= current : index < current)).length;
      const next = rows > 0 ? place + rows - 1 : place + rows;
      if (next >= visible.length) return set((before) => ({ ...before, playing: false }));
      const index = visible[Math.max(next, 0)];
      if (index !== undefined) toRow(index);
    },
    toEnd: (which) => {
      const index = which === 'first' ? now().visible[0] : now().visible.at(-1);
      if (index !== undefined) toRow(index);
    },
    nextInteresting: () => {
      const { view, visible } = now();
      const current = currentIndex();
      const index = visible.find((one) => one > current && view.interest[one] !== 'routine');
      if (index !== undefined) toRow(index);
    },
    firstFailure: () => {
      const { view, visible } = now();
      const index = visible.find((one) => view.interest[one] === 'failure');
      if (index !== undefined) toRow(index);
    },
  };
}
