import { cutLine, formatCount, formatDuration, span, type Line } from './line.ts';
import { countersScreen } from './screen-counters.ts';
import { histogramScreen } from './screen-histogram.ts';
import { hostsScreen } from './screen-hosts.ts';
import { ladderScreen } from './screen-ladder.ts';
import type { ScreenModel } from './screen-model.ts';

/** In the order of their keys, from 1 on. */
export const SCREENS = ['ladder', 'counters', 'histogram', 'hosts'] as const;
export type ScreenName = (typeof SCREENS)[number];

/** What a person has chosen to see, and how far the run is. */
export interface ScreenView {
  readonly screen: ScreenName;
  /** The first host to show. */
  readonly first: number;
  readonly atUs: number;
  readonly ofUs: number;
  /** `10x`, `paused`; undefined: the real clock's. */
  readonly pace: { readonly speed: number; readonly isPaused: boolean } | undefined;
  readonly columns: number;
  readonly rows: number;
}

/** Lines around a screen: two above, one below. */
export const FRAME_ROWS = 3;

/** The whole terminal, top to bottom: as many lines as it has rows. */
export function screenLines(model: ScreenModel, view: ScreenView): readonly Line[] {
  const { columns, rows } = view;
  const room = Math.max(rows - FRAME_ROWS, 1);
  const body = bodyLines(model, view, room).slice(0, room);
  const blank = Array.from({ length: room - body.length }, (): Line => []);
  const lines = [titleLine(model, view), tabLine(model, view), ...body, ...blank, keyLine(view)];
  return lines.slice(0, rows).map((line) => cutLine(line, columns));
}

function bodyLines(model: ScreenModel, view: ScreenView, rows: number): readonly Line[] {
  const { columns, first, atUs } = view;
  switch (view.screen) {
    case 'ladder':
      return ladderScreen(model, columns, rows);
    case 'counters':
      return countersScreen(model, columns, rows);
    case 'histogram':
      return histogramScreen(model, columns, rows);
    case 'hosts':
      return hostsScreen(model, { columns, rows, first, atUs });
    default:
      return view.screen satisfies never;
  }
}

function titleLine({ name, seed, crossings }: ScreenModel, { atUs, ofUs, pace }: ScreenView): Line {
  const speed = pace === undefined ? 'live' : `${pace.speed}x`;
  return [
    span(` ${name}`, 'strong'),
    span(`  seed ${seed} · ${(atUs / 1_000_000).toFixed(1)} s of ${formatDuration(ofUs)} · `),
    span(pace?.isPaused === true ? `paused (${speed})` : speed, pace?.isPaused === true ? 'warn' : 'plain'),
    span(` · ${formatCount(crossings)} packets`),
  ];
}

function tabLine({ ladder }: ScreenModel, { screen }: ScreenView): Line {
  return SCREENS.flatMap((name, index) => {
    const text = name === 'ladder' ? `${name} ${ladder?.owner.name ?? ''}`.trimEnd() : name;
    const isShown = name === screen;
    return [span('  '), span(`${index + 1} ${isShown ? `[${text}]` : text}`, isShown ? 'strong' : 'dim')];
  });
}

function keyLine({ pace }: ScreenView): Line {
  const speed = pace === undefined ? '' : '  + - speed  p pause  . step';
  return [span(` 1 2 3 4 screens${speed}  q finish  Q stop`, 'dim')];
}
