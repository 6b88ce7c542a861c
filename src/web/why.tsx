import { conceptOf, findEntry } from '../report/explain.ts';
import type { Entry } from '../report/explain.ts';
import { fateText } from '../report/fate.ts';
import type { FrameRecord, StateRecord } from '../scenario/record.ts';
import { decisionsOn } from './decisions.ts';
import type { RunModel } from './model.ts';
import { clock } from './state.ts';

interface WhyProps {
  readonly model: RunModel;
  readonly record: FrameRecord;
  /** What changed after it. */
  readonly states: readonly StateRecord[];
}

/** Why it was sent, how its way ended, what was made of it, and what it is about. */
export function Why({ model, record, states }: WhyProps) {
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
      <States states={states} />
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
