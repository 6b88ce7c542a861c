import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Tools of Debian that a suite needs; a missing one fails it, with the name of the package. */
const PACKAGES: Readonly<Record<string, string>> = {
  ip: 'iproute2',
  dhcpcd: 'dhcpcd-base',
  dhcping: 'dhcping',
  nmap: 'nmap',
  dnsmasq: 'dnsmasq-base',
  '/usr/lib/klibc/bin/ipconfig': 'klibc-utils',
  kdig: 'knot-dnsutils',
  drill: 'ldnsutils',
  delv: 'bind9-dnsutils',
  busybox: 'busybox',
  'qemu-system-x86_64': 'qemu-system-x86',
  udhcpc: 'udhcpc',
  '/usr/lib/cni/bridge': 'containernetworking-plugins',
  dhclient: 'isc-dhcp-client',
  '/usr/sbin/dhcpd': 'isc-dhcp-server',
  'kea-dhcp4': 'kea-dhcp4-server',
  dhcrelay: 'isc-dhcp-relay',
  tftp: 'tftp-hpa',
  atftp: 'atftp',
  curl: 'curl',
  dig: 'dnsutils',
  tshark: 'tshark',
  capinfos: 'wireshark-common',
  setpriv: 'util-linux',
  prlimit: 'util-linux',
  script: 'bsdutils',
  'systemd-analyze': 'systemd',
  nft: 'nftables',
  nsupdate: 'bind9-dnsutils',
  knsupdate: 'knot-dnsutils',
  faketime: 'faketime',
  nsd: 'nsd',
  unbound: 'unbound',
  knotd: 'knot',
  named: 'bind9',
  pdns_server: 'pdns-server',
  pdnsutil: 'pdns-server',
  'ldns-signzone': 'ldnsutils',
};

export function need(...tools: readonly string[]): void {
  const missing = tools.filter((tool) => {
    try {
      execFileSync('sh', ['-c', `command -v ${tool}`], { stdio: 'ignore' });
      return false;
    } catch {
      return true;
    }
  });
  if (missing.length > 0)
    throw new Error(
      `missing ${missing.join(', ')}: apt-get install ${missing.map((tool) => PACKAGES[tool] ?? tool).join(' ')}`,
    );
  if (process.getuid?.() !== 0)
    throw new Error('network namespaces need root: run the interop suite as root');
}

/** One end of a cable: the namespace, the interface there, its address, the bridge it is plugged into. */
interface CableEnd {
  readonly in: string;
  readonly as: string;
  readonly address?: string;
  readonly bridge?: string;
}

/** What one command may take, and what a program may take until it is ready: a slow machine must not matter, only what hangs. */
const COMMAND_MS = 240_000;
const PATIENCE_SECONDS = 90;
/** What a signal may take: a server that settles waits for its transfers. */
const END_SECONDS = 90;
const OUTPUT_OCTETS = 64 * 1024 * 1024;

let made = 0;

/** A private network of namespaces joined by bridges or cables; everything goes with `remove()`. */
export class Lab {
  readonly folder = mkdtempSync(join(tmpdir(), 'headend-lab-'));
  readonly #prefix = `he${process.pid}x${made++}`;
  readonly #namespaces: string[] = [];
  readonly #processes: Running[] = [];

  /** The kernel's name of a namespace of this lab. */
  name(namespace: string): string {
    return `${this.#prefix}${namespace}`;
  }

  namespace(namespace: string): void {
    // A run that was killed may have left one, and process numbers come again.
    if (existsSync(`/run/netns/${this.name(namespace)}`))
      execFileSync('ip', ['netns', 'delete', this.name(namespace)]);
    execFileSync('ip', ['netns', 'add', this.name(namespace)]);
    this.#namespaces.push(namespace);
    this.run(namespace, 'ip', 'link', 'set', 'lo', 'up');
  }

  /** A switch inside of a namespace: cables whose end says `bridge` are plugged into it. */
  bridge(namespace: string, name: string, address?: string): void {
    this.run(namespace, 'ip', 'link', 'add', name, 'type', 'bridge');
    if (address !== undefined) this.run(namespace, 'ip', 'address', 'add', address, 'dev', name);
    this.run(namespace, 'ip', 'link', 'set', name, 'up');
  }

  /** A virtual cable between two namespaces; the ends are up, checksums are whole (no offload), addresses are optional. */
  cable(a: CableEnd, b: CableEnd): void {
    execFileSync('ip', [
      'link',
      'add',
      a.as,
      'netns',
      this.name(a.in),
      'type',
      'veth',
      'peer',
      'name',
      b.as,
      'netns',
      this.name(b.in),
    ]);
    for (const end of [a, b]) {
      if (end.address !== undefined) this.run(end.in, 'ip', 'address', 'add', end.address, 'dev', end.as);
      if (end.bridge !== undefined) this.run(end.in, 'ip', 'link', 'set', end.as, 'master', end.bridge);
      this.run(end.in, 'ip', 'link', 'set', end.as, 'up');
      // Captures would show bad checksums otherwise; not every machine has the tool.
      this.run(end.in, 'sh', '-c', `command -v ethtool >/dev/null && ethtool -K ${end.as} tx off || true`);
    }
  }

  /** Runs a command to its end inside a namespace and gives its standard output; fails with both outputs when it fails. */
  run(namespace: string, command: string, ...args: readonly string[]): string {
    const { code, out, err } = this.#finish(namespace, command, args);
    if (code !== 0)
      throw new Error(`${namespace}: ${[command, ...args].join(' ')}: exit ${code}\n${out}${err}`);
    return out;
  }

  /** The same, without throwing: exit code and what it said, with its standard error when it failed. */
  attempt(namespace: string, command: string, ...args: readonly string[]): { code: number; out: string } {
    const { code, out, err } = this.#finish(namespace, command, args);
    return { code, out: code === 0 ? out : `${out}${err}` };
  }

  #finish(
    namespace: string,
    command: string,
    args: readonly string[],
  ): { code: number; out: string; err: string } {
    const { status, signal, stdout, stderr, error } = spawnSync(
      'ip',
      ['netns', 'exec', this.name(namespace), command, ...args],
      {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: COMMAND_MS,
        // Programs such as sh pass SIGTERM on to nobody.
        killSignal: 'SIGKILL',
        maxBuffer: OUTPUT_OCTETS,
      },
    );
    if (error !== undefined)
      throw new Error(
        `${namespace}: ${[command, ...args].join(' ')}: ${error.message} (${signal ?? status})\n${stdout}${stderr}`,
      );
    return { code: status ?? -1, out: stdout, err: stderr };
  }

  /** Starts a program in a namespace and waits until its output matches `ready`. */
  async start(
    namespace: string,
    ready: RegExp,
    command: string,
    ...args: readonly string[]
  ): Promise<Running> {
    const child = spawn('ip', ['netns', 'exec', this.name(namespace), command, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const running = new Running(child, `${namespace}: ${command} ${args[0] ?? ''}`);
    this.#processes.push(running);
    await running.until(ready);
    return running;
  }

  file(name: string, content: string | Uint8Array): string {
    const path = join(this.folder, name);
    writeFileSync(path, content);
    return path;
  }

  remove(): void {
    for (const { child, hasExited } of this.#processes) if (!hasExited) child.kill('SIGKILL');
    for (const namespace of this.#namespaces) {
      try {
        // Some clients leave processes of their own behind: a namespace lives as long as one of them does.
        const pids = execFileSync('ip', ['netns', 'pids', this.name(namespace)], { encoding: 'utf8' });
        for (const pid of pids.split('\n').filter((line) => line !== '')) endProcess(Number(pid));
        execFileSync('ip', ['netns', 'delete', this.name(namespace)], { stdio: 'ignore' });
      } catch {
        // Already gone: nothing to undo.
      }
    }
    // What was just killed may still write into it.
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** All programs that this file has started and that a failing test may be about. */
const started = new Set<Running>();

/** How many characters of all programs a failure shows. */
const TOLD = 12_000;
const TOLD_OF_EACH = 4_000;

/** What the programs said last, those first that spoke last; what has ended is forgotten afterwards. */
export function lastWords(): string {
  let told = '';
  for (const running of [...started].sort((a, b) => b.spokeAt - a.spokeAt)) {
    if (told.length < TOLD && running.output !== '')
      told += `\n--- ${running.name}${running.hasExited ? ' (ended)' : ''}, last:\n${running.output.slice(-TOLD_OF_EACH)}`;
    if (running.hasExited) started.delete(running);
  }
  return told;
}

/** A started program and what it has said so far. */
export class Running {
  readonly child: ChildProcess;
  readonly name: string;
  output = '';
  /** When it said something last, by `performance.now()`. */
  spokeAt = 0;
  readonly #waiting: (() => void)[] = [];
  #isOver = false;

  constructor(child: ChildProcess, name: string) {
    this.child = child;
    this.name = name;
    started.add(this);
    const heard = (chunk: string): void => {
      this.output += chunk;
      this.spokeAt = performance.now();
      this.#wake();
    };
    // A character may come in two pieces.
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', heard);
    // Not at `exit`: what it said last may still be on its way.
    child.on('close', () => {
      this.#isOver = true;
      this.#wake();
    });
    child.on('error', (error) => {
      this.output += `${name}: ${error.message}\n`;
      this.#isOver = true;
      this.#wake();
    });
  }

  /** By itself or by a signal. */
  get hasExited(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Waits until the output matches; fails with all that was said when the program ends or the time is over first. */
  async until(pattern: RegExp, seconds = PATIENCE_SECONDS): Promise<void> {
    const deadline = performance.now() + seconds * 1000;
    while (!pattern.test(this.output)) {
      const left = deadline - performance.now();
      if (this.#isOver || left <= 0)
        throw new Error(
          `${this.name}: waited for ${pattern}, ${this.#isOver ? `it ended (${this.#end})` : `${seconds} s are over`}; it said:\n${this.output}`,
        );
      await this.#word(left);
    }
  }

  /** Sends a signal to the program and waits for its end, and for its last words; gives the exit code or the signal's name. */
  async end(signal: NodeJS.Signals): Promise<number | string> {
    const { child } = this;
    if (!this.hasExited) {
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => {
          reject(
            new Error(`${this.name} goes on ${END_SECONDS} s after ${signal}; it said:\n${this.output}`),
          );
        }, END_SECONDS * 1000);
        child.once('exit', () => {
          clearTimeout(timer);
          resolve();
        });
        child.kill(signal);
      });
    }
    // A program that it started may hold the pipe open: then nothing more is to come from itself.
    const deadline = performance.now() + 2_000;
    while (!this.#isOver && performance.now() < deadline) await this.#word(deadline - performance.now());
    return this.#end;
  }

  get #end(): number | string {
    return this.child.exitCode ?? this.child.signalCode ?? -1;
  }

  /** Until it says more, or ends, or the time is over. */
  #word(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
