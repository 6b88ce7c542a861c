import { EXIT } from '../api/exit.ts';
import { listLeases } from '../api/leases.ts';
import type { LeaseListing } from '../api/leases.ts';
import { span } from '../api/report.ts';
import type { Line } from '../api/report.ts';
import { defineVerb, jsonFlag } from './program.ts';

export const leases = defineVerb(
  'leases',
  (command) =>
    command
      .requiredOption('--state <folder>', 'the folder that serve was given')
      .option('--all', 'also addresses whose lease has ended')
      .addOption(jsonFlag()),
  async ({ output }, _operands, flags) => {
    const { source, leases: all } = await listLeases(flags['state'] as string);
    const listed = flags['all'] === true ? all : all.filter(({ state }) => state !== 'free');
    const ended = all.length - listed.length;
    if (flags['json'] === true) output.json({ format_version: 1, verdict: 'pass', source, leases: listed });
    else {
      if (listed.length > 0) output.lines([header(), ...listed.map(leaseLine)]);
      else output.lines([[span(` no leases${ended > 0 ? `; ${ended} have ended: --all lists them` : ''}`)]]);
      if (source === 'disk') output.note('headend: no serve runs on this folder: read from its disk');
    }
    return EXIT.passed;
  },
);

function header(): Line {
  return [
    span(
      ` ${'address'.padEnd(17)}${'state'.padEnd(10)}${'hardware'.padEnd(19)}${'until'.padEnd(22)}name`,
      'strong',
    ),
  ];
}

function leaseLine({ address, state, mac, expires, host_name }: LeaseListing): Line {
  const until = expires === null ? 'for ever' : `${new Date(expires * 1_000).toISOString().slice(0, 19)}Z`;
  return [
    span(` ${address.padEnd(17)}`),
    span(state.padEnd(10), state === 'bound' ? 'good' : 'dim'),
    span(`${mac.padEnd(19)}${until.padEnd(22)}${host_name ?? ''}`),
  ];
}
