import { Option } from 'commander';
import { EXIT } from '../api/exit.ts';
import { planScenario } from '../api/plan.ts';
import type { Plan, PlannedHost } from '../api/plan.ts';
import { formatCount, formatDuration, span, wrapItems, wrapText } from '../api/report.ts';
import type { Line } from '../api/report.ts';
import { addLoadFlags, gather, loadOptionsOf } from './load-flags.ts';
import { defineVerb, jsonFlag } from './program.ts';
import { interfacesOf } from './run-flags.ts';

export const plan = defineVerb(
  'plan <file>',
  (command) =>
    addLoadFlags(
      command
        .addOption(
          new Option(
            '--interface <where=name>',
            'show what run --mode live or serve joins with this interface: NAME, or hfc=NAME; again for more',
          ).argParser(gather),
        )
        .addOption(jsonFlag()),
    ),
  ({ output }, [file = ''], flags) => {
    const planned = planScenario(file, loadOptionsOf(flags), interfacesOf(flags));
    if (flags['json'] === true) output.json({ format_version: 1, verdict: 'pass', ...planned });
    else output.lines(planLines(planned, output.columns));
    return EXIT.passed;
  },
);

/** Hosts beyond this many of one group are counted, not listed. */
const LISTED_MAX = 8;

/** The plan as lines; 100 columns where no terminal says how many. */
export function planLines(planned: Plan, columns = 100): readonly Line[] {
  const lines: Line[] = [
    [
      span(` ${planned.scenario}`, 'strong'),
      span(`  seed ${planned.seed}, at most ${formatDuration(planned.duration_us)}`),
    ],
  ];
  lines.push(...wrapText(planned.about, columns - 4).map((text): Line => [span(`   ${text}`, 'dim')]));
  lines.push(...matrixLines(planned, columns));
  lines.push([
    span(' hosts', 'strong'),
    span(
      `  ${formatCount(planned.hosts.length)}, on ${planned.segments.map(({ name, kind }) => `${name} (${kind})`).join(', ')}`,
    ),
  ]);
  const seen = new Map<string, number>();
  for (const host of planned.hosts) {
    const count = (seen.get(host.kind) ?? 0) + 1;
    seen.set(host.kind, count);
    if (count <= LISTED_MAX) lines.push(hostLine(host));
  }
  for (const [kind, count] of seen)
    if (count > LISTED_MAX)
      lines.push([span(`   and ${formatCount(count - LISTED_MAX)} more of kind ${kind}`, 'dim')]);
  lines.push([span(' timeline', 'strong')]);
  lines.push(
    ...planned.timeline.map(({ at_us, what }): Line => [
      span(`   ${formatDuration(at_us).padEnd(9)}${what}`),
    ]),
  );
  lines.push([span(' expected', 'strong')]);
  lines.push(
    ...planned.expectations.flatMap((text) =>
      wrapItems([text], columns - 4).map((words): Line => [span(`   ${words}`)]),
    ),
  );
  lines.push([span(' live mode', 'strong'), span('  stands on loopback, root or not')]);
  lines.push(
    ...planned.live
      .slice(0, LIVE_MAX)
      .map(({ host, endpoint, bound }): Line => [
        span(`   ${endpoint.padEnd(28)}${bound.padEnd(24)}${host}`),
      ]),
  );
  if (planned.live.length > LIVE_MAX)
    lines.push([span(`   and ${formatCount(planned.live.length - LIVE_MAX)} more`, 'dim')]);
  lines.push(...realLines(planned, columns), ...joinedLines(planned, columns));
  if (planned.rights.length > 0) lines.push([span(' serve needs', 'strong')]);
  for (const right of planned.rights)
    lines.push(...wrapText(right, columns - 4).map((text): Line => [span(`   ${text}`)]));
  lines.push([span(` about ${formatCount(planned.packets_estimated)} packets`, 'dim')]);
  return lines;
}

const LIVE_MAX = 24;

function realLines({ real }: Plan, columns: number): readonly Line[] {
  if (real.length === 0) return [];
  const needs = [...new Set(real.flatMap((part) => part.needs))];
  const asked = needs.length === 0 ? [] : ['this machine must have these addresses; as root:'];
  const indented = (text: string, indent: string): readonly Line[] =>
    wrapText(text, columns - indent.length).map((part): Line => [span(`${indent}${part}`)]);
  return [
    [span(' real', 'strong'), span('  in live mode alone')],
    ...real.slice(0, LIVE_MAX).map(({ host, where }): Line => [span(`   ${host.padEnd(12)}${where}`)]),
    ...(real.length > LIVE_MAX ? [[span(`   and ${formatCount(real.length - LIVE_MAX)} more`, 'dim')]] : []),
    ...asked.flatMap((text) => indented(text, '   ')),
    ...needs.flatMap((text) => indented(text, '     ')),
  ];
}

function joinedLines({ joined }: Plan, columns: number): readonly Line[] {
  if (joined.length === 0) return [];
  return [
    [span(' joined', 'strong'), span('  by --interface')],
    ...joined.flatMap((part) =>
      wrapText(joinedText(part), columns - 4).map((text): Line => [span(`   ${text}`)]),
    ),
  ];
}

function joinedText({ interface: name, segment, by, real, here }: Plan['joined'][number]): string {
  const meets = here
    .map(({ host, address }) => (address === null ? host : `${host} (${address})`))
    .join(', ');
  if (by === 'serve --only')
    return `${segment} with ${name}: under serve those of ${meets} that --only does not name run in another headend`;
  const shown = `${real.slice(0, LISTED_MAX).join(', ')}${real.length > LISTED_MAX ? ', ...' : ''}`;
  return by === 'serve'
    ? `${segment} with ${name}: under serve ${meets} answers DHCP there, where ${name} has that address`
    : `${segment} with ${name}: under run --mode live ${shown} ${real.length > 1 ? 'meet' : 'meets'} ${meets} there`;
}

function matrixLines({ params, matrix }: Plan, columns: number): readonly Line[] {
  const lines: Line[] = [];
  const given = Object.entries(params).map(([name, value]) => `${name} ${value}`);
  if (given.length > 0) lines.push([span(' params', 'strong'), span(`  ${given.join(', ')}`)]);
  if (matrix.length === 0) return lines;
  lines.push([span(' matrix', 'strong'), span(`  ${formatCount(matrix.length)} cells`)]);
  const cells = matrix.slice(0, CELLS_MAX).map((cell) =>
    Object.entries(cell)
      .map(([name, value]) => `${name}=${value}`)
      .join(' '),
  );
  lines.push(
    ...cells.flatMap((text) => wrapText(text, columns - 4).map((part): Line => [span(`   ${part}`)])),
  );
  if (matrix.length > CELLS_MAX)
    lines.push([span(`   and ${formatCount(matrix.length - CELLS_MAX)} more`, 'dim')]);
  return lines;
}

const CELLS_MAX = 24;

function hostLine({ name, kind, behind, interfaces, udp, tcp }: PlannedHost): Line {
  const places = interfaces
    .map(({ segment, mac, addresses }) => `${segment} ${addresses.join(' ') || mac}`)
    .join(', ');
  const ports = [...udp.map((port) => `udp/${port}`), ...tcp.map((port) => `tcp/${port}`)].join(' ');
  return [
    span(`   ${name.padEnd(10)}  `),
    span(`${kind.padEnd(12)}  `, 'dim'),
    span(places),
    span(ports === '' ? '' : `  ${ports}`, 'dim'),
    span(behind === undefined ? '' : `  behind ${behind}`),
  ];
}
