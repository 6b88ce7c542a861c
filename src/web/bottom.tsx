import { useEffect, useRef, useState } from 'preact/hooks';
import type { PartProps } from './app.tsx';
import { Charts } from './charts.tsx';
import { Timeline } from './timeline.tsx';

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

function useWidth(box: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const { current } = box;
    if (current === null) return undefined;
    const watch = new ResizeObserver(() => setWidth(current.clientWidth));
    watch.observe(current);
    return () => watch.disconnect();
  }, [box]);
  return width;
}
