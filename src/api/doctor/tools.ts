import { execFile } from 'node:child_process';

const TOOL_MS = 5_000;
/** A ruleset with 100,000 addresses in its sets. */
const TOOL_OCTETS_MAX = 64 * 1024 * 1024;
/** Where tools of the administrator are, which a user's PATH may leave out. */
const PATHS = '/usr/sbin:/sbin:/usr/bin:/bin';

/** How a tool of the system ended; `code` is -1 where it is not there, hung, or was killed. */
export interface ToolResult {
  readonly code: number;
  readonly isAbsent: boolean;
  readonly out: string;
  readonly err: string;
}

/** Runs a tool that only looks, without a shell. */
export function runTool(tool: string, ...args: readonly string[]): Promise<ToolResult> {
  const env = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:${PATHS}`, LC_ALL: 'C' };
  return new Promise((resolve) => {
    execFile(
      tool,
      [...args],
      { env, timeout: TOOL_MS, maxBuffer: TOOL_OCTETS_MAX, windowsHide: true },
      (error, out, err) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        resolve({ code, isAbsent: (error?.code as unknown) === 'ENOENT', out, err });
      },
    );
  });
}
