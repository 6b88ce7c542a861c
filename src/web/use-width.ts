import { useLayoutEffect, useState } from 'preact/hooks';

/** The inner width of an element, as it changes; 0 before it is known. */
export function useWidth(box: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  // What needs the width is there by the first time that the page is painted.
  useLayoutEffect(() => {
    const { current } = box;
    if (current === null) return undefined;
    setWidth(current.clientWidth);
    const watch = new ResizeObserver(() => setWidth(current.clientWidth));
    watch.observe(current);
    return () => watch.disconnect();
  }, [box]);
  return width;
}
