import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { secondsSince, type Finding } from './findings.ts';

interface Told {
  readonly runs: readonly {
    readonly file: string;
    readonly params: object;
    readonly digest: string | null;
    readonly verdict: string;
  }[];
}

/** Every shipped scenario under other versions of Node, by the paths of their programs: one digest each on all of them. */
export function soakNodes(
  { root, program }: { readonly root: string; readonly program: string },
  nodes: readonly string[],
): readonly Finding[] {
  if (nodes.length === 0) return [];
  const folder = join(root, 'scenarios');
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  const paths = files.map((name) => join(folder, name));
  const expected = digestsOf(process.execPath, program, paths);
  return nodes.map((node) => {
    const startedAt = performance.now();
    const found = digestsOf(node, program, paths);
    const faults = [...expected.digests].flatMap(([what, digest]) =>
      found.digests.get(what) === digest
        ? []
        : [`${what}: ${digest} and ${found.digests.get(what) ?? 'nothing'}`],
    );
    if (expected.digests.size < files.length) faults.push(`only ${expected.digests.size} runs here`);
    return {
      part: 'nodes',
      what: found.version,
      count: found.digests.size,
      seconds: secondsSince(startedAt),
      note: `the digests of ${process.version}`,
      fault: faults.length === 0 ? undefined : faults.slice(0, 10).join('; '),
    };
  });
}

const OCTETS_MAX = 512 * 1024 * 1024;

function digestsOf(
  node: string,
  program: string,
  paths: readonly string[],
): { readonly version: string; readonly digests: ReadonlyMap<string, string> } {
  const options = { encoding: 'utf8', maxBuffer: OCTETS_MAX } as const;
  const version = spawnSync(node, ['--version'], options).stdout.trim();
  const { stdout, stderr } = spawnSync(node, [program, 'run', ...paths, '--jobs', '2', '--json'], options);
  try {
    const { runs } = JSON.parse(stdout) as Told;
    const digests = runs.map(({ file, params, digest, verdict }): [string, string] => {
      return [`${file} ${JSON.stringify(params)}`, `${digest ?? ''} ${verdict}`];
    });
    return { version, digests: new Map(digests) };
  } catch (error) {
    throw new Error(`${node} printed no results: ${stderr.slice(0, 500)}`, { cause: error });
  }
}
