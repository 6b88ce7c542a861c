import { useEffect, useRef } from 'preact/hooks';
import type { Field } from '../report/anatomy/marks.ts';

const COLUMNS = 8;
/** Of longer packets the rest is counted: nobody reads it. */
const OCTETS_MAX = 2_048;

interface BytesProps {
  readonly octets: Uint8Array;
  readonly joined: Field | undefined;
  readonly over: (offset: number | undefined) => void;
}

/** The octets in hex, eight to a line; those of the joined field are marked, and the pointer finds an octet's field. */
export function Bytes({ octets, joined, over }: BytesProps) {
  const box = useRef<HTMLDivElement>(null);
  const shown = Math.min(octets.length, OCTETS_MAX);
  const lines = Math.ceil(shown / COLUMNS);
  const from = joined?.offset ?? -1;
  const to = from + (joined?.length ?? 0);
  useEffect(() => {
    if (joined === undefined || box.current?.matches(':hover') === true) return;
    const line = box.current?.children[Math.floor(joined.offset / COLUMNS)];
    if (line instanceof HTMLElement && box.current !== null) reveal(box.current, line);
  }, [joined]);
  return (
    <div
      class="bytes"
      ref={box}
      role="group"
      aria-label={bytesText(octets, joined)}
      tabIndex={0}
      onMouseOver={({ target }) => {
        const at = target instanceof HTMLElement ? target.dataset['at'] : undefined;
        if (at !== undefined) over(Number(at));
      }}
      onMouseLeave={() => over(undefined)}
    >
      {Array.from({ length: lines }, (_, line) => (
        <div key={line} class="line" aria-hidden="true">
          <span class="offset">{(line * COLUMNS).toString(16).padStart(4, '0')}</span>
          {Array.from(
            octets.subarray(line * COLUMNS, Math.min((line + 1) * COLUMNS, shown)),
            (octet, column) => {
              const at = line * COLUMNS + column;
              return (
                <span key={column} data-at={at} class={at >= from && at < to ? 'octet joined' : 'octet'}>
                  {octet.toString(16).padStart(2, '0')}
                </span>
              );
            },
          )}
        </div>
      ))}
      {octets.length > shown && <p>{octets.length - shown} more octets are not shown.</p>}
    </div>
  );
}

function reveal(box: HTMLElement, line: HTMLElement): void {
  const top = line.offsetTop - box.offsetTop;
  if (top < box.scrollTop || top > box.scrollTop + box.clientHeight - line.offsetHeight * 2)
    box.scrollTop = top - box.clientHeight / 2;
}

/** For who cannot see them: the octets of the field. */
function bytesText(octets: Uint8Array, joined: Field | undefined): string {
  if (joined === undefined) return `${octets.length} octets`;
  const own = Array.from(
    octets.subarray(joined.offset, joined.offset + Math.min(joined.length, 32)),
    (octet) => octet.toString(16).padStart(2, '0'),
  );
  return `${joined.name}: octets ${joined.offset} to ${joined.offset + joined.length - 1}: ${own.join(' ')}`;
}
