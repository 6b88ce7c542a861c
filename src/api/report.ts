export { jsonText } from '../report/json.ts';
export type { Line, Style } from '../report/line.ts';
export { cutLine, formatCount, formatDuration, lineText, span, wrapItems, wrapText } from '../report/line.ts';
export { escapeText as safeText, visibleText } from '../core/text.ts';
