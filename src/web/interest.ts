import type { Row } from '../report/ladder-rows.ts';

/** What a row is worth while one steps through a run. */
export type Interest = 'routine' | 'interesting' | 'failure';

export function interestOf(row: Row): Interest {
  const records = row.hops.map(({ record }) => record);
  const isFailure =
    records.some(({ fate }) => fate !== 'delivered' && fate !== 'unheard') ||
    records.some(({ protocol, message, fields }) => isRefusal(protocol, message, fields)) ||
    row.states.some(({ state }) => /^reject|accessDenied/.test(state));
  if (isFailure) return 'failure';
  const isChange = row.states.some(({ subject }) => subject === null) || row.reasons.length > 0;
  return isChange || row.attempt > 1 || records.some(({ fate }) => fate === 'unheard')
    ? 'interesting'
    : 'routine';
}

/** The protocols' own no. */
function isRefusal(protocol: string, message: string, fields: Readonly<Record<string, string>>): boolean {
  if (protocol === 'DHCP') return message === 'NAK' || message === 'DECLINE';
  if (protocol === 'TFTP') return message === 'ERROR';
  if (protocol === 'REG') return fields['code'] !== undefined && fields['code'] !== '0';
  if (protocol === 'DNS') return ['SERVFAIL', 'REFUSED', 'FORMERR'].includes(fields['rcode'] ?? '');
  return message === 'MALFORMED';
}
