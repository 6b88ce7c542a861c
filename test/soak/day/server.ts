import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What a process holds. */
export interface Holdings {
  readonly rssMib: number;
  readonly descriptors: number;
  readonly sockets: number;
  /** Of the state folder. */
  readonly diskMib: number;
}

const MIB = 1024 * 1024;

export function holdingsOf(pid: number, stateFolder: string): Holdings {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const rssKib = Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]);
  const links = readdirSync(`/proc/${pid}/fd`).map((name) => linkOf(`/proc/${pid}/fd/${name}`));
  const disk = readdirSync(stateFolder).map((name) => statSync(join(stateFolder, name)).size);
  return {
    rssMib: rssKib / 1024,
    descriptors: links.length,
    sockets: links.filter((link) => link.startsWith('socket:')).length,
    diskMib: disk.reduce((sum, size) => sum + size, 0) / MIB,
  };
}

/** Empty for one that was closed meanwhile. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
