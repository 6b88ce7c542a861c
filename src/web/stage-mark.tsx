import { STAGES } from './stages.ts';

/** How much of a cell is filled, by stage: the order can be told without colour. */
export const FILLS: readonly number[] = [0, 0.25, 0.45, 0.65, 0.85, 1, 1];

/** A small square that fills up as a boot goes on; a cross for trouble. */
export function StageMark({ stage }: { readonly stage: number }) {
  const height = (FILLS[stage] ?? 0) * 12;
  const name = STAGES[stage] ?? 'dark';
  return (
    <svg class={`mark ${name}`} width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
      <rect x="1" y="1" width="12" height="12" class="frame" />
      <rect x="1" y={13 - height} width="12" height={height} class="fill" />
      {name === 'trouble' && <path d="M3 3L11 11M11 3L3 11" class="cross" />}
    </svg>
  );
}
