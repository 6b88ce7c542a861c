import { span } from '../api/report.ts';
import type { Line } from '../api/report.ts';
import type { RunRequest } from '../api/run.ts';
import { scenarioSlug } from '../api/load-scenario.ts';

/** Where the first run leaves its files. */
export function welcomeFiles(path: string): { readonly pcap: string; readonly trace: string } {
  const name = scenarioSlug(path);
  return { pcap: `out/${name}.pcapng`, trace: `out/${name}.trace` };
}

/** What to do after `npm start`: break it, look, learn. */
export function welcomeLines(program: string, { pcap = '', trace = '' }: RunRequest): readonly Line[] {
  const next: readonly (readonly [string, string, string])[] = [
    [
      'break it',
      'run scenarios/wrong-shared-secret.yaml --ladder cm',
      'one secret differs, and a modem stays out',
    ],
    ['look', `ladder ${trace} --who 'cm[1]'`, 'one modem, packet by packet'],
    ['learn', 'explain dora', 'what the four messages are for'],
  ];
  return [
    [],
    [span(' capture   ', 'dim'), span(`${pcap} opens in Wireshark`)],
    ...next.flatMap(([what, command, why]): Line[] => [
      [span(` ${what.padEnd(10)}`, 'dim'), span(why)],
      [span('    '), span(`${program} ${command}`, 'command')],
    ]),
  ];
}
