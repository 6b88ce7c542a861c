export type { Line, Style } from '../report/line.ts';
export { formatCount, formatDuration, lineText, span, wrapText } from '../report/line.ts';
export { escapeText as safeText, visibleText } from '../core/text.ts';
