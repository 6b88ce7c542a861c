const PATHS = {
  first: 'M4 4v12M16 4L7 10l9 6z',
  back: 'M14 4L5 10l9 6z',
  play: 'M5 3l12 7-12 7z',
  stop: 'M5 4h3.5v12H5zM11.5 4H15v12h-3.5z',
  on: 'M6 4l9 6-9 6z',
  next: 'M4 4l7 6-7 6zM11 4l6 6-6 6z',
  fail: 'M5 5l10 10M15 5L5 15',
  theme: 'M10 3a7 7 0 1 0 0 14zM10 3a7 7 0 0 1 0 14',
  print: 'M5 8V3h10v5M5 14H3V8h14v6h-2M5 12h10v5H5z',
  help: 'M7 7a3 3 0 1 1 4 3c-1 .5-1 1-1 2M10 15v.5',
  predict: 'M3 10c4-6 10-6 14 0-4 6-10 6-14 0zM10 8a2 2 0 1 0 0 4 2 2 0 0 0 0-4z',
  plant: 'M3 10h14M6 10V5M3.5 2h5v3h-5zM14 10V5M11.5 2h5v3h-5zM10 10v5M7.5 15h5v3h-5z',
} as const;

export type IconName = keyof typeof PATHS;

/** A sign of a button; the button has the words. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class={`icon icon-${name}`} width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
