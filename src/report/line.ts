/** How a piece of text is meant; the command line turns it into colour where there is a terminal. */
export type Style = 'plain' | 'dim' | 'strong' | 'good' | 'warn' | 'bad' | 'message' | 'command';

export interface Span {
  readonly text: string;
  readonly style: Style;
}

/** One line of output, without its line end. */
export type Line = readonly Span[];

export function span(text: string, style: Style = 'plain'): Span {
  return { text, style };
}

export function lineText(spans: Line): string {
  return spans.map(({ text }) => text).join('');
}

/** The line's first `columns` characters; what is cut shows as an ellipsis. */
export function cutLine(spans: Line, columns: number): Line {
  const cut: Span[] = [];
  let left = columns;
  for (const { text, style } of spans) {
    const characters = Array.from(text);
    if (characters.length > left) {
      const before = left === 0 ? cut.pop() : undefined;
      if (before !== undefined)
        // Nothing is left for the ellipsis: it takes the last place of what is there.
        return [...cut, { ...before, text: `${Array.from(before.text).slice(0, -1).join('')}…` }];
      cut.push({ text: `${characters.slice(0, Math.max(left - 1, 0)).join('')}…`, style });
      break;
    }
    cut.push({ text, style });
    left -= characters.length;
  }
  return cut;
}

/** Words in lines of at most `columns` characters; a word longer than that has a line of its own. */
export function wrapText(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    if (current !== '' && current.length + 1 + word.length > columns) {
      lines.push(current);
      current = word;
    } else current = current === '' ? word : `${current} ${word}`;
  }
  if (current !== '') lines.push(current);
  return lines;
}

/** Several on a line, each whole; one that is longer than a line has lines of its own, the later ones set in. */
export function wrapItems(items: readonly string[], columns: number, between = '   '): readonly string[] {
  const lines: string[] = [];
  let mayJoin = false;
  for (const item of items) {
    const last = lines.at(-1);
    if (item.length > columns) {
      const [first = '', ...rest] = wrapText(item, columns - 2);
      lines.push(first, ...rest.map((text) => `  ${text}`));
      mayJoin = false;
    } else if (mayJoin && last !== undefined && last.length + between.length + item.length <= columns)
      lines[lines.length - 1] = `${last}${between}${item}`;
    else {
      lines.push(item);
      mayJoin = true;
    }
  }
  return lines;
}

/** `119,704`. */
export function formatCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `850 us`, `12.4 ms`, `5.4 s`, `2m 42s`, `24h`. */
export function formatDuration(us: number): string {
  if (us === 0) return '0 s';
  if (us < 1_000) return `${Math.round(us)} us`;
  if (us < 1_000_000) return `${trim((us / 1_000).toFixed(1))} ms`;
  const seconds = us / 1_000_000;
  if (seconds < 120) return `${trim(seconds.toFixed(seconds < 10 ? 2 : 1))} s`;
  const whole = Math.round(seconds);
  const parts = [
    [Math.floor(whole / 3600), 'h'],
    [Math.floor(whole / 60) % 60, 'm'],
    [whole % 60, 's'],
  ] as const;
  return parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count}${unit}`)
    .join(' ');
}

/** `2026-01-01 00:00:05` of whole seconds since 1970, UTC, without a clock or a calendar of the machine. */
export function formatDate(unixSeconds: number): string {
  const days = Math.floor(unixSeconds / 86_400);
  const second = unixSeconds - days * 86_400;
  // Years that begin in March put the leap day last; 400 of them are 146,097 days.
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const ofEra = shifted - era * 146_097;
  const year = Math.floor(
    (ofEra - Math.floor(ofEra / 1_460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
  const march = Math.floor((5 * ofYear + 2) / 153);
  const day = ofYear - Math.floor((153 * march + 2) / 5) + 1;
  const month = march < 10 ? march + 3 : march - 9;
  const date = [era * 400 + year + (month < 3 ? 1 : 0), two(month), two(day)].join('-');
  return `${date} ${[Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60].map(two).join(':')}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

function trim(digits: string): string {
  return digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits;
}
