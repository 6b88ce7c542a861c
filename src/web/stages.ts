/** How far a device has come, in the order that a boot takes: what cards count and the map draws. */
export const STAGES = ['dark', 'ranging', 'dhcp', 'file', 'registering', 'up', 'trouble'] as const;
export type Stage = (typeof STAGES)[number];

export const STAGE_NAMES: Readonly<Record<Stage, string>> = {
  dark: 'dark',
  ranging: 'ranging',
  dhcp: 'DHCP',
  file: 'time and file',
  registering: 'registering',
  up: 'up',
  trouble: 'in trouble',
};

/** By machine and state; what is not here is told by `guess`. */
const KNOWN: Readonly<Record<string, Stage>> = {
  'modem off': 'dark',
  'modem other': 'ranging',
  'modem ranging': 'ranging',
  'modem waitingForDhcpOffer': 'dhcp',
  'modem waitingForDhcpResponse': 'dhcp',
  'modem waitingForTimeServer': 'file',
  'modem waitingForTftp': 'file',
  'modem waitingForSecurity': 'registering',
  'modem operational': 'up',
  'modem accessDenied': 'trouble',
  'cmts offline': 'dark',
  'cmts init(r1)': 'ranging',
  'cmts init(r2)': 'ranging',
  'cmts init(rc)': 'ranging',
  'cmts init(d)': 'dhcp',
  'cmts init(i)': 'file',
  'cmts init(t)': 'file',
  'cmts init(o)': 'file',
  'cmts online': 'up',
};

export function stageOf(machine: string, state: string): Stage {
  return KNOWN[`${machine} ${state}`] ?? guess(state);
}

/** Of hosts of other kinds: `bound`, `selecting`, `healthy`, `failed`, `asking`. */
function guess(state: string): Stage {
  if (/^(?:off|stopped|down)$/.test(state)) return 'dark';
  if (/reject|fail|unhealthy|bogus|denied|refused/.test(state)) return 'trouble';
  if (/^(?:init|selecting|requesting|rebooting|checking)/.test(state)) return 'dhcp';
  if (/asking|fetching|connecting|probing/.test(state)) return 'file';
  return 'up';
}
