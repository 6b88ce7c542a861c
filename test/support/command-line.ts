import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { compiled } from './compiled.ts';

const ROOT = resolve(import.meta.dirname, '../..');

export const SCENARIOS = join(ROOT, 'scenarios');

export interface Said {
  readonly code: number | null;
  readonly out: string;
  /** Without lines on how far it is. */
  readonly err: string;
}

/** What a run of more than ten seconds says now and then: on a busy machine any run. */
const PROGRESS =
  /^headend: (?:\S+: [\d.]+(?: |[a-z])[^,\n]* of \d[^,\n]*|[\d,]+ of [\d,]+ runs, [\d,]+ failed)(?:, [^,\n]+ left)?\n/gm;

/** Sends a signal as soon as a file is there, and so large: a run that has begun. */
interface SignalWhen {
  readonly file: string;
  readonly octets?: number;
  readonly signal: NodeJS.Signals;
}

/** The command line of this tree, compiled once, run as a person runs it: in a folder, with pipes for terminals. */
export class CommandLine {
  readonly folder = mkdtempSync(join(tmpdir(), 'headend-cli-'));
  readonly #main: string;

  constructor() {
    this.#main = compiled('src/cli/main.ts');
    copyFileSync(join(ROOT, 'package.json'), join(this.#main, '../../../package.json'));
    const scenarios = join(this.#main, '../../../scenarios');
    if (!existsSync(scenarios)) symlinkSync(SCENARIOS, scenarios);
  }

  /** Builds the viewer of reports beside the program. */
  buildViewer(): void {
    const folder = join(this.#main, '../../web');
    execFileSync(process.execPath, [join(ROOT, 'scripts/viewer.mjs'), folder], { cwd: ROOT });
  }

  file(name: string, content: string | Uint8Array): string {
    writeFileSync(join(this.folder, name), content);
    return name;
  }

  run(...args: readonly string[]): Promise<Said> {
    return this.runWith({}, ...args);
  }

  runWith(
    how: {
      readonly env?: NodeJS.ProcessEnv;
      readonly signalWhen?: SignalWhen;
      readonly closeOut?: boolean;
      /** For standard input; left out, there is none. */
      readonly input?: string;
      /** A file for standard output instead of a pipe. */
      readonly outFile?: string;
    },
    ...args: readonly string[]
  ): Promise<Said> {
    return new Promise((done) => {
      const child = spawn(process.execPath, [this.#main, ...args], {
        cwd: this.folder,
        env: { ...process.env, ...how.env },
        stdio: [
          how.input === undefined ? 'ignore' : 'pipe',
          how.outFile === undefined ? 'pipe' : openSync(how.outFile, 'w'),
          'pipe',
        ],
      });
      child.stdin?.on('error', () => undefined).end(how.input);
      let out = '';
      let err = '';
      child.stdout?.on('data', (text: Buffer) => (out += text.toString()));
      child.stderr?.on('data', (text: Buffer) => (err += text.toString()));
      if (how.closeOut === true) child.stdout?.destroy();
      if (how.signalWhen !== undefined) this.#signalWhen(child, how.signalWhen);
      child.on('close', (code) => done({ code, out, err: err.replace(PROGRESS, '') }));
    });
  }

  /** Runs a command that goes on until it is told to stop; `hear` is given all that it said on standard error so far. */
  converse(args: readonly string[], hear: (said: string, stop: () => void) => void): Promise<Said> {
    return new Promise((done) => {
      const child = spawn(process.execPath, [this.#main, ...args], {
        cwd: this.folder,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let out = '';
      let err = '';
      child.stdout.on('data', (text: Buffer) => (out += text.toString()));
      child.stderr.on('data', (text: Buffer) => {
        err += text.toString();
        hear(err, () => child.kill('SIGINT'));
      });
      child.on('close', (code) => done({ code, out, err }));
    });
  }

  #signalWhen(child: ChildProcess, { file, octets = 0, signal }: SignalWhen): void {
    const timer = setInterval(() => {
      const path = join(this.folder, file);
      if (!existsSync(path) || statSync(path).size < octets) return;
      clearInterval(timer);
      child.kill(signal);
    }, 10);
    child.on('close', () => clearInterval(timer));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
