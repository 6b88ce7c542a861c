import { useState } from 'preact/hooks';
import type { Anatomy, Field, Layer } from '../report/anatomy/marks.ts';

interface FieldsProps {
  readonly anatomy: Anatomy;
  readonly joined: Field | undefined;
  readonly join: (field: Field | undefined) => void;
}

/** The packet's layers; the last one, which is what a packet is about, is open. */
export function Fields({ anatomy, joined, join }: FieldsProps) {
  const { layers } = anatomy;
  return (
    <div class="fields">
      {layers.map((layer, index) => (
        <LayerFields
          key={layer.name}
          layer={layer}
          first={index === layers.length - 1}
          {...{ joined, join }}
        />
      ))}
    </div>
  );
}

interface LayerProps extends Omit<FieldsProps, 'anatomy'> {
  readonly layer: Layer;
  /** Whether it is open at first. */
  readonly first: boolean;
}

function LayerFields({ layer, first, joined, join }: LayerProps) {
  const [open, setOpen] = useState(first);
  return (
    <section class="layer">
      <h3>
        <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
          <span class="turn" aria-hidden="true">
            {open ? '▾' : '▸'}
          </span>{' '}
          {layer.name} <small>{layer.summary}</small>
        </button>
      </h3>
      {open && <FieldList fields={layer.fields} name={layer.name} {...{ joined, join }} />}
    </section>
  );
}

interface ListProps extends Omit<FieldsProps, 'anatomy'> {
  readonly name: string;
  readonly fields: readonly Field[];
}

/** One stop for the tab key; up and down go from field to field, and the octets go with them. */
function FieldList({ name, fields, joined, join }: ListProps) {
  const at = joined === undefined ? -1 : fields.indexOf(joined);
  const onKey = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    event.stopPropagation();
    join(fields[Math.min(Math.max(at + step, 0), fields.length - 1)]);
  };
  const id = (index: number): string => `field-${name.replace(/\W/g, '')}-${index}`;
  if (fields.length === 0) return null;
  return (
    <ul
      role="listbox"
      aria-label={`Fields of ${name}`}
      tabIndex={0}
      aria-activedescendant={at < 0 ? undefined : id(at)}
      onKeyDown={onKey}
      onMouseLeave={() => join(undefined)}
    >
      {fields.map((field, index) => (
        <li
          key={index}
          id={id(index)}
          role="option"
          aria-selected={field === joined}
          class={field === joined ? 'joined' : ''}
          style={{ paddingLeft: `${10 + field.depth * 20}px` }}
          onMouseEnter={() => join(field)}
        >
          <span class="field-name">{field.name}</span>
          <span class="field-value">{field.value}</span>
        </li>
      ))}
    </ul>
  );
}
