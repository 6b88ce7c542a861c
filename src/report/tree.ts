import { type Line, span, type Style, wrapText } from './line.ts';

/** A text with what belongs under it. */
export interface Tree {
  readonly text: string;
  readonly style?: Style | undefined;
  readonly children?: readonly Tree[] | undefined;
}

const COLUMNS_MIN = 20;

/** A tree drawn with lines; a text that is too long goes on in the next line, under its own beginning. */
export function treeLines(tree: Tree, columns: number): readonly Line[] {
  return drawn(tree, { first: '', rest: '' }, columns);
}

function drawn(
  { text, style, children = [] }: Tree,
  lead: { readonly first: string; readonly rest: string },
  columns: number,
): Line[] {
  const under = children.length === 0 ? '  ' : '│ ';
  const lines = wrapText(text, Math.max(columns - lead.rest.length - 2, COLUMNS_MIN)).map(
    (part, index): Line => [
      span(index === 0 ? lead.first : `${lead.rest}${under}`, 'dim'),
      span(part, style ?? 'plain'),
    ],
  );
  for (const [index, child] of children.entries()) {
    const isLast = index === children.length - 1;
    const next = {
      first: `${lead.rest}${isLast ? '└─ ' : '├─ '}`,
      rest: `${lead.rest}${isLast ? '   ' : '│  '}`,
    };
    lines.push(...drawn(child, next, columns));
  }
  return lines;
}
