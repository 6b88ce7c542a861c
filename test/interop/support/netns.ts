import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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

let made = 0;

/** A private network of namespaces joined by bridges or cables; everything goes with `remove()`. */
export class Lab {
  readonly folder = mkdtempSync(join(tmpdir(), 'headend-lab-'));
  readonly #prefix = `he${process.pid}x${made++}`;
  readonly #namespaces: string[] = [];
  readonly #processes: ChildProcess[] = [];

  /** The kernel's name of a namespace of this lab. */
  name(namespace: string): string {
    return `${this.#prefix}${namespace}`;
  }

  namespace(namespace: string): void {
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

  /** Runs a command to its end inside a namespace and gives its standard output. */
  run(namespace: string, command: string, ...args: readonly string[]): string {
    return execFileSync('ip', ['netns', 'exec', this.name(namespace), command, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 60_000,
    });
  }

  /** The same, without throwing: exit code and both outputs. */
  attempt(namespace: string, command: string, ...args: readonly string[]): { code: number; out: string } {
    try {
      return { code: 0, out: this.run(namespace, command, ...args) };
    } catch (error) {
      const { status, stdout, stderr } = error as {
        status?: number | null;
        stdout?: string;
        stderr?: string;
      };
      return { code: status ?? -1, out: `${stdout ?? ''}${stderr ?? ''}` };
    }
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
    this.#processes.push(child);
    const running = new Running(child);
    await running.until(ready);
    return running;
  }

  file(name: string, content: string | Uint8Array): string {
    const path = join(this.folder, name);
    writeFileSync(path, content);
    return path;
  }

  remove(): void {
    for (const child of this.#processes) if (child.exitCode === null) child.kill('SIGKILL');
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
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** A started program and what it has said so far. */
export class Running {
  readonly child: ChildProcess;
  output = '';
  readonly #waiting: (() => void)[] = [];
  #isOver = false;

  constructor(child: ChildProcess) {
    this.child = child;
    const heard = (chunk: Buffer): void => {
      this.output += chunk.toString();
      for (const wake of this.#waiting.splice(0)) wake();
    };
    child.stdout?.on('data', heard);
    child.stderr?.on('data', heard);
    // Not at `exit`: what it said last may still be on its way.
    child.on('close', () => {
      this.#isOver = true;
      for (const wake of this.#waiting.splice(0)) wake();
    });
  }

  /** Waits until the output matches; fails with all that was said when the program ends or the time is over first. */
  async until(pattern: RegExp, seconds = 20): Promise<void> {
    const deadline = Date.now() + seconds * 1000;
    while (!pattern.test(this.output)) {
      const left = deadline - Date.now();
      if (this.#isOver || left <= 0) throw new Error(`waited for ${pattern}, got:\n${this.output}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** Sends a signal to the program and waits for its end; gives the exit code or the signal's name. */
  async end(signal: NodeJS.Signals): Promise<number | string> {
    if (this.child.exitCode !== null) return this.child.exitCode;
    return new Promise((resolve) => {
      this.child.once('exit', (code, name) => resolve(code ?? name ?? -1));
      this.child.kill(signal);
    });
  }
}
