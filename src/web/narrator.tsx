import { narrate } from '../report/narration/narration.ts';
import type { Row } from '../report/ladder-rows.ts';
import { decisionsOn } from './decisions.ts';
import type { RunModel } from './model.ts';

interface NarratorProps {
  readonly model: RunModel;
  readonly row: Row | undefined;
}

/** The chosen step in plain words, for the whole room. */
export function Narrator({ model, row }: NarratorProps) {
  const told = row === undefined ? undefined : narrate(row, decidedOn(model, row));
  return (
    <section class="narrator" aria-label="This step in words">
      <p role="status">
        {told === undefined ? (
          'Nothing that this ladder shows has been sent yet.'
        ) : (
          <>
            <b>{told.what}</b> {told.but !== '' && <b class="but">{told.but}</b>} {told.again}{' '}
            <span class="after">{told.after}</span>{' '}
            {told.why !== '' && <span class="because">Why: {told.why}</span>}
          </>
        )}
      </p>
    </section>
  );
}

/** What all who got it on its way made of it. */
function decidedOn({ data }: RunModel, { hops }: Row): readonly string[] {
  return hops.flatMap(({ record }) => decisionsOn(data.records, record).map(({ id }) => id));
}
