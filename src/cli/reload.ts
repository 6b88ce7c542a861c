import { EXIT } from '../api/exit.ts';
import { askReload } from '../api/health.ts';
import type { ReloadOutcome } from '../api/reload.ts';
import { span } from '../api/report.ts';
import { defineVerb, jsonFlag } from './program.ts';

export const reload = defineVerb(
  'reload',
  (command) =>
    command
      .requiredOption('--state <folder>', 'the folder that serve was given')
      .addOption(jsonFlag())
      .addHelpText(
        'after',
        '\nThe flags of serve stay as they were: for another --state, --interface or --only, restart it.',
      ),
  async ({ output }, _operands, flags) => {
    const outcome = await askReload(flags['state'] as string);
    const verdict = outcome.reloaded ? 'pass' : 'error';
    if (flags['json'] === true) output.json({ format_version: 1, verdict, ...outcome });
    else if (outcome.reloaded) output.lines([[span(` ${describeReload(outcome)}`)]]);
    if (outcome.reloaded) return EXIT.passed;
    for (const message of outcome.messages) output.note(`headend: ${message}`);
    output.note('headend: what was loaded before goes on');
    return outcome.exit_code;
  },
);

/** One line about a reload that succeeded. */
export function describeReload(outcome: ReloadOutcome & { readonly reloaded: true }): string {
  const { hosts, added, removed, restarted, sockets, took_us } = outcome;
  const changes = [
    ...(added.length > 0 ? [`new: ${added.join(', ')}`] : []),
    ...(removed.length > 0 ? [`gone: ${removed.join(', ')}`] : []),
    ...(restarted.length > 0 ? [`restarted: ${restarted.join(', ')}`] : []),
    `${sockets.kept} sockets kept, ${sockets.opened} opened, ${sockets.closed} closed`,
  ];
  return `reloaded ${hosts} ${hosts === 1 ? 'host' : 'hosts'} in ${Math.ceil(took_us / 1_000)} ms; ${changes.join('; ')}`;
}
