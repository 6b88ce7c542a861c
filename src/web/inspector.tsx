import { useMemo, useState } from 'preact/hooks';
import { visibleText } from '../core/text.ts';
import { anatomyOf } from '../report/anatomy/anatomy.ts';
import type { Anatomy, Field } from '../report/anatomy/marks.ts';
import { labelOf } from '../report/ladder-notes.ts';
import { fateText } from '../report/fate.ts';
import type { Row } from '../report/ladder-rows.ts';
import type { FrameRecord } from '../scenario/record.ts';
import type { PartProps } from './app.tsx';
import { Bytes } from './bytes.tsx';
import { Fields } from './fields.tsx';
import { clock } from './state.ts';
import { Why } from './why.tsx';

/** The right side: one packet, its fields joined to its octets, and why it is as it is. */
export function Inspector({ model, shown, move, row }: PartProps & { readonly row: Row | undefined }) {
  const record = row?.hops.find((hop) => hop.record.number === shown.number)?.record ?? row?.hops[0]?.record;
  if (row === undefined || record === undefined)
    return (
      <section class="inspector" aria-label="Packet">
        <p class="empty">Choose a step: with a click, or with the arrow keys.</p>
      </section>
    );
  return (
    <section class="inspector" aria-label="Packet">
      <Head record={record} />
      {row.hops.length > 1 && (
        <div class="hops" role="group" aria-label="Its way">
          {row.hops.map((hop) => (
            <button
              key={hop.record.number}
              type="button"
              aria-pressed={hop.record === record}
              onClick={() => move.toRecord(hop.record.number)}
            >
              {hop.from} → {hop.to ?? 'nobody'}
            </button>
          ))}
        </div>
      )}
      <div class="tabs" role="tablist" aria-label="Packet">
        <Tab name="packet" label="Fields · Bytes" {...{ shown, move }} />
        <Tab name="why" label="Why" {...{ shown, move }} />
      </div>
      <div class="panel" role="tabpanel" id="panel" aria-labelledby={`tab-${shown.tab}`} tabIndex={0}>
        {shown.tab === 'why' ? (
          <Why model={model} record={record} states={row.states} />
        ) : (
          <Packet key={record.number} record={record} />
        )}
      </div>
    </section>
  );
}

/** What kind of message it is, without the protocol's name again. */
function kindOf(record: FrameRecord): string {
  const label = labelOf(record);
  return label === record.protocol ? '' : label.replace(`${record.protocol}-`, '');
}

function Head({ record }: { readonly record: FrameRecord }) {
  const { protocol, sender, receiver, segment, number, at } = record;
  const fate = fateText(record);
  return (
    <div class="packet-head">
      <h2>
        {protocol} {kindOf(record)} <small>#{number}</small>
      </h2>
      <p>
        {sender} → {receiver ?? 'everybody'} on {segment}
        {fate === '' && `, there at ${clock(at)}`}
      </p>
      {fate !== '' && <p class="fate">✗ {fate}</p>}
    </div>
  );
}

interface TabProps extends Pick<PartProps, 'shown' | 'move'> {
  readonly name: 'packet' | 'why';
  readonly label: string;
}

function Tab({ name, label, shown, move }: TabProps) {
  return (
    <button
      type="button"
      role="tab"
      id={`tab-${name}`}
      aria-selected={shown.tab === name}
      aria-controls="panel"
      onClick={() => move.setTab(name)}
    >
      {label}
    </button>
  );
}

function Packet({ record }: { readonly record: FrameRecord }) {
  const anatomy = useMemo(() => anatomyOf(record), [record]);
  const [joined, setJoined] = useState<Field | undefined>(undefined);
  if (anatomy.layers.length === 0)
    return (
      <dl class="plain">
        {Object.entries(record.fields).map(([name, value]) => (
          <div key={name}>
            <dt>{visibleText(name)}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    );
  return (
    <div class="packet">
      <Fields anatomy={anatomy} joined={joined} join={setJoined} />
      <Bytes
        octets={anatomy.octets}
        joined={joined}
        over={(offset) => setJoined(offset === undefined ? undefined : fieldAt(anatomy, offset))}
      />
    </div>
  );
}

/** The innermost field that an octet belongs to. */
function fieldAt({ layers }: Anatomy, offset: number): Field | undefined {
  let best: Field | undefined;
  for (const { fields } of layers)
    for (const field of fields) {
      const isIn = offset >= field.offset && offset < field.offset + field.length;
      if (isIn && (best === undefined || field.length <= best.length)) best = field;
    }
  return best;
}
