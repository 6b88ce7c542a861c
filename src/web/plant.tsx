import { useMemo } from 'preact/hooks';
import type { PageGroup, PagePlace } from '../report/page/page-data.ts';
import type { PartProps } from './app.tsx';
import { ALL } from './model.ts';
import type { RunModel } from './model.ts';
import type { Moves } from './moves.ts';
import { Past } from './past.ts';
import { StageMark } from './stage-mark.tsx';
import { STAGE_NAMES, STAGES } from './stages.ts';
import { StateMap } from './state-map.tsx';

/** Groups of more members than this are drawn as a map. */
const MAP_FROM = 13;

/** Who is where, and how far each one is. */
export function Plant({ model, shown, move, now }: PartProps & { readonly now: number }) {
  const own = useMemo(() => new Past(model.data, model.hostCount, 'own'), [model]);
  const past = own.goTo(now);
  const { places, groups, left_out: leftOut, whole, samples } = model.data;
  const segments = places.filter(({ kind }) => kind !== 'link');
  return (
    <>
      {segments.map((place) => (
        <Segment key={place.name} place={place} links={places} {...{ model, shown, move, past }} />
      ))}
      {groups
        .filter(({ count }) => count >= MAP_FROM)
        .map((group) => (
          <StateMap key={group.name} group={group} past={past} now={now} move={move} model={model} />
        ))}
      {!whole && (
        <p class="aside">
          {samples.length === 0
            ? 'The packets of these hosts are here'
            : `Of the large groups the packets of ${samples.length} members are here`}
          , with what was lost of everybody.
          {leftOut > 0 && ` ${leftOut.toLocaleString('en')} more were too many for this page.`}
        </p>
      )}
    </>
  );
}

interface SegmentProps {
  readonly place: PagePlace;
  readonly links: readonly PagePlace[];
  readonly model: RunModel;
  readonly shown: PartProps['shown'];
  readonly move: Moves;
  readonly past: Past;
}

/** A segment as a bus with its hosts hanging from it; a router hangs from each of its segments. */
function Segment({ place, links, model, shown, move, past }: SegmentProps) {
  const groups = model.groups.filter(({ segments }) => segments.includes(place.name));
  const joined = links.filter(({ kind, between }) => kind === 'link' && between.includes(place.name));
  return (
    <section class={`segment ${place.kind}`}>
      <h2>
        {place.name} <small>{place.kind === 'cable' ? 'cable' : 'segment'}</small>
      </h2>
      <ul>
        {groups.map((group) => (
          <li key={group.name}>
            <Card group={group} model={model} past={past} move={move} isShown={isShown(group, shown.view)} />
          </li>
        ))}
        {joined.map(({ name, between }) => (
          <li key={name} class="link">
            {name} → {between.find((one) => one !== place.name)}
          </li>
        ))}
      </ul>
    </section>
  );
}

function isShown({ name, count }: PageGroup, view: string): boolean {
  return view === name || (count > 1 && view.startsWith(`${name}[`));
}

interface CardProps {
  readonly group: PageGroup;
  readonly model: RunModel;
  readonly past: Past;
  readonly move: Moves;
  readonly isShown: boolean;
}

function Card({ group, model, past, move, isShown: on }: CardProps) {
  const { name, kind, count, first, ip } = group;
  const counts = past.counts(first, count);
  const state = count === 1 ? past.stateOf(first) : '';
  const view = model.has(name)
    ? name
    : (model.choices.find(({ key }) => key.startsWith(`${name}[`))?.key ?? ALL);
  return (
    <button
      type="button"
      class={on ? 'card shown' : 'card'}
      aria-pressed={on}
      onClick={() => move.setView(view)}
    >
      <span class="name">
        {name}
        {count > 1 && <b> ×{count.toLocaleString('en')}</b>}
      </span>
      {kind !== name && <span class="kind">{kind}</span>}
      {ip !== null && <span class="ip">{ip}</span>}
      {count === 1 && state !== '' && (
        <span class="state">
          <StageMark stage={past.stages[first] ?? 0} /> {state}
        </span>
      )}
      {count > 1 && (
        <span class="counts">
          {STAGES.map((stage, index) =>
            (counts[index] ?? 0) === 0 ? null : (
              <span key={stage} class="count">
                <StageMark stage={index} /> {(counts[index] ?? 0).toLocaleString('en')} {STAGE_NAMES[stage]}
              </span>
            ),
          )}
        </span>
      )}
    </button>
  );
}
