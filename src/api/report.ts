export type { Line, Span, Style } from '../report/line.ts';
export { formatCount, formatDuration, line, lineText, span, wrapText } from '../report/line.ts';
export { escapeText as safeText } from '../core/text.ts';
