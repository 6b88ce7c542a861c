export type { Line, Style } from '../report/line.ts';
export { formatCount, formatDuration, lineText, span, wrapText } from '../report/line.ts';
export { escapeText as safeText } from '../core/text.ts';
