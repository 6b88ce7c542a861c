export { formatRecord } from '../codec/dns/record.ts';
export type { ZoneFinding } from '../store/zone-finding.ts';
