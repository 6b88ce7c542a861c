import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from './netns.ts';

/** What `podman inspect` tells of a container, as far as tests ask. */
interface Inspected {
  readonly State: { readonly Pid: number; readonly Running: boolean; readonly ExitCode: number };
}

/**
 * A container engine of a lab's own: podman with its store in the lab's folder and its networks in one of the lab's namespaces,
 * spoken to by docker-compose as it speaks to Docker.
 */
export class Engine {
  readonly #lab: Lab;
  readonly #namespace: string;
  readonly #folder: string;
  readonly #environment: Readonly<Record<string, string>>;

  constructor(lab: Lab, namespace: string) {
    this.#lab = lab;
    this.#namespace = namespace;
    this.#folder = join(lab.folder, 'engine');
    mkdirSync(this.#folder);
    const at = (name: string): string => JSON.stringify(join(this.#folder, name));
    // runc sets no limits that a container may not raise; there is no systemd to hand control groups and events to.
    const engine = lab.file(
      'containers.conf',
      `[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "none"
static_dir = ${at('static')}
tmp_dir = ${at('tmp')}
volume_path = ${at('volumes')}
[network]
network_config_dir = ${at('networks')}
`,
    );
    // Which driver the file system under the folder bears, podman finds out.
    const storage = lab.file(
      'storage.conf',
      `[storage]\ndriver = ""\ngraphroot = ${at('store')}\nrunroot = ${at('run')}\n`,
    );
    this.#environment = {
      CONTAINERS_CONF: engine,
      CONTAINERS_STORAGE_CONF: storage,
      DOCKER_HOST: `unix://${join(this.#folder, 'api.sock')}`,
    };
  }

  /** Answers docker-compose from then on. */
  async start(): Promise<void> {
    const [command = '', ...args] = this.#inside(
      'podman',
      '--log-level=info',
      'system',
      'service',
      '-t',
      '0',
    );
    await this.#lab.start(
      this.#namespace,
      /API service listening/,
      command,
      ...args,
      this.#environment['DOCKER_HOST'] ?? '',
    );
  }

  /** Runs a program that needs the engine's store, but the network of the machine. */
  outside(command: string, ...args: readonly string[]): string {
    return execFileSync(command, args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...this.#environment },
      timeout: 600_000,
    });
  }

  podman(...args: readonly string[]): string {
    const [command = '', ...rest] = this.#inside('podman', ...args);
    return this.#lab.run(this.#namespace, command, ...rest);
  }

  inspect(container: string): Inspected['State'] {
    const [found] = JSON.parse(this.podman('inspect', container)) as Inspected[];
    if (found === undefined) throw new Error(`podman knows no ${container}`);
    return found.State;
  }

  /** Lets go of what it has mounted, and of its folder. */
  remove(): void {
    const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n');
    for (const where of mounts.map((line) => line.split(' ')[1] ?? '').toReversed())
      if (where.startsWith(`${this.#folder}/`)) execFileSync('umount', [where]);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** `ip netns exec` gives a /sys without control groups: back into the mounts of this process. */
  #inside(command: string, ...args: readonly string[]): readonly string[] {
    const settings = Object.entries(this.#environment).map(([name, value]) => `${name}=${value}`);
    return ['nsenter', `--mount=/proc/${process.pid}/ns/mnt`, 'env', ...settings, command, ...args];
  }
}
