import { useMemo, useRef } from 'preact/hooks';
import type { Row } from '../report/ladder-rows.ts';
import type { PartProps } from './app.tsx';
import type { RunModel } from './model.ts';
import { Past } from './past.ts';
import { PlantGraph } from './plant-graph.tsx';
import type { Scale } from './plant-nodes.ts';
import { useWidth } from './use-width.ts';

interface PlantProps extends PartProps {
  readonly now: number;
  readonly row: Row | undefined;
  readonly scale: Scale;
}

/** Who is where, how far each one is, and where the present packet goes. */
export function Plant({ model, shown, move, now, row, scale }: PlantProps) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const past = useMemo(() => new Past(model.data, model.hostCount, 'own'), [model]).goTo(now);
  return (
    <div class="plant" ref={box}>
      {width > 0 && <PlantGraph {...{ model, move, past, now, row, width, scale }} view={shown.view} />}
      {!model.data.whole && <p class="aside">{restText(model)}</p>}
    </div>
  );
}

/** What of a large plant is here. */
function restText({ data: { samples, left_out: leftOut } }: RunModel): string {
  const whose =
    samples.length === 0
      ? 'The packets of these hosts are here'
      : `Of the large groups the packets of ${samples.length} members are here`;
  const more = leftOut > 0 ? ` ${leftOut.toLocaleString('en')} more were too many for this page.` : '';
  return `${whose}, with what was lost of everybody.${more}`;
}
