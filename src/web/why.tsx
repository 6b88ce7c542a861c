import { conceptOf, findEntry } from '../report/explain.ts';
import type { Entry } from '../report/explain.ts';
import { fateText } from '../report/fate.ts';
import type { Row } from '../report/ladder-rows.ts';
import type { FrameRecord, StateRecord, TraceRecord } from '../scenario/record.ts';
import type { RunModel } from './model.ts';
import type { Moves } from './moves.ts';
import { clock } from './state.ts';

interface WhyProps {
  readonly model: RunModel;
  readonly row: Row;
  readonly record: FrameRecord;
  readonly move: Moves;
}

/** Why it was sent, how its way ended, what was made of it, and what it is about. */
export function Why({ model, row, record }: WhyProps) {
  const { sender, receiver, rule, detail, protocol, message, fields } = record;
  const sent = rule === null ? undefined : findEntry(rule);
  const fate = fateText(record);
  const answers = decisionsOn(model.data.records, record);
  const concept = conceptOf(protocol, message, fields);
  return (
    <div class="why">
      {fate !== '' && (
        <section>
          <h3>Its way</h3>
          <p class="fate">✗ {fate}</p>
        </section>
      )}
      {sent !== undefined && <Reason title={`Why ${sender} sent it`} entry={sent} detail={detail} />}
      {answers.map(({ id, entry, said }) => (
        <Reason
          key={id}
          title={`What ${receiver ?? 'its receiver'} made of it`}
          entry={entry}
          detail={said}
        />
      ))}
      <States states={row.states} />
      {concept !== undefined && <Reason title="What it is about" entry={concept} detail={null} />}
      {sent === undefined && answers.length === 0 && concept === undefined && fate === '' && (
        <p class="empty">Nothing was said of this packet.</p>
      )}
    </div>
  );
}

interface ReasonProps {
  readonly title: string;
  readonly entry: Entry;
  readonly detail: string | null;
}

function Reason({ title, entry, detail }: ReasonProps) {
  return (
    <section>
      <h3>
        {title} <small>{entry.name}</small>
      </h3>
      <p class="says">{entry.see}</p>
      {detail !== null && <p class="detail">{detail}</p>}
      <dl>
        <Part name="Why" text={entry.why} />
        <Part name="Source" text={entry.source} />
        <Part name="Try it" text={entry.try_it} />
        <Part name="Mend it" text={entry.fix} />
      </dl>
    </section>
  );
}

function Part({ name, text }: { readonly name: string; readonly text: string }) {
  if (text === '') return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>{text}</dd>
    </div>
  );
}

function States({ states }: { readonly states: readonly StateRecord[] }) {
  if (states.length === 0) return null;
  return (
    <section>
      <h3>States after it</h3>
      <ul>
        {states.map(({ number, host, machine, state, subject, at }) => (
          <li key={number}>
            {host} {subject === null ? '' : `sees ${subject} `}→ <b>{state}</b>{' '}
            <small>
              {machine}, {clock(at)}
            </small>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface Decision {
  readonly id: string;
  readonly entry: Entry;
  readonly said: string | null;
}

/** A receiver speaks of a packet in the moment that it has it, before the next one that reaches it. */
function decisionsOn(records: readonly TraceRecord[], record: FrameRecord): readonly Decision[] {
  const { number, at, receiver, fate } = record;
  if (receiver === null || fate !== 'delivered') return [];
  const start = lowerBound(records, number) + 1;
  const found = new Map<string, Decision>();
  for (let index = start; index < records.length; index++) {
    const one = records[index];
    if (one === undefined || one.at > at) break;
    if (one.kind === 'frame' && one.receiver === receiver) break;
    if (one.kind !== 'because' || one.host !== receiver) continue;
    const entry = findEntry(one.rule);
    if (entry !== undefined) found.set(one.rule, { id: one.rule, entry, said: one.detail });
  }
  return [...found.values()];
}

/** Where the record of a number stands. */
function lowerBound(records: readonly TraceRecord[], number: number): number {
  let low = 0;
  let high = records.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((records[middle]?.number ?? Infinity) < number) low = middle + 1;
    else high = middle;
  }
  return low;
}
