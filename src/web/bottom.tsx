import { useRef } from 'preact/hooks';
import type { PartProps } from './app.tsx';
import { Charts } from './charts.tsx';
import { Timeline } from './timeline.tsx';
import { useWidth } from './use-width.ts';

/** The run from its beginning to its end: what was done to it, where one is, and what was measured. */
export function Bottom({ model, shown, move, now }: PartProps & { readonly now: number }) {
  const box = useRef<HTMLElement>(null);
  const width = useWidth(box);
  return (
    <footer class="bottom" ref={box}>
      <Timeline model={model} at={shown.at} move={move} width={width} />
      <Charts model={model} now={now} width={width} theme={shown.theme} move={move} />
    </footer>
  );
}
