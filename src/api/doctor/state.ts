import { accessSync, constants, existsSync, mkdtempSync, rmSync, statfsSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Facts, StateFacts } from '../../analysis/doctor/facts.ts';
import { escapeText } from '../../core/text.ts';
import { LeaseDb, lookAtLeaseDb } from '../../driver/real/lease-db.ts';
import { programOf } from '../../driver/real/system.ts';

/** Linux's magic numbers of the file systems that matter (statfs(2)). */
const FILE_SYSTEMS: Readonly<Record<number, string>> = {
  0x6969: 'nfs',
  0x517b: 'smb',
  0xfe534d42: 'smb',
  0xff534d42: 'smb',
  0x01021997: '9p',
  0x65735546: 'fuse',
  0x01021994: 'tmpfs',
  0x858458f6: 'tmpfs',
  0x794c7630: 'overlay',
};

export async function collectState(folder: string): Promise<StateFacts> {
  const path = resolve(folder);
  const kind = kindOf(path);
  const ground = nearest(path);
  const database = await look(path);
  return {
    folder: escapeText(folder),
    exists: kind !== 'absent',
    isFolder: kind === 'folder',
    mayWrite: mayWrite(ground),
    ...diskOf(ground),
    owner:
      database?.owner === undefined ? undefined : { pid: database.owner, program: programOf(database.owner) },
    writtenUs: database === undefined ? undefined : database.writtenMs * 1000,
  };
}

/** A row through a database of its own, in the same place where that can be; leaves nothing behind. */
export async function tryDurable(stateFolder: string | undefined): Promise<Facts['durable']> {
  const ground = stateFolder === undefined ? tmpdir() : nearest(resolve(stateFolder));
  const place = mayWrite(ground) ? ground : tmpdir();
  const shown = escapeText(place);
  let folder: string | undefined;
  try {
    folder = mkdtempSync(join(place, '.headend-doctor-'));
    const db = new LeaseDb(folder);
    const outcome = await new Promise<string>((done) => {
      db.persist('doctor', [{ table: 'lease', key: '192.0.2.1', value: { client: 'doctor' } }], done);
    });
    const { failure } = db;
    await db.close();
    return { folder: shown, refusal: outcome === 'durable' ? undefined : (failure ?? outcome) };
  } catch (error) {
    return { folder: shown, refusal: escapeText(error instanceof Error ? error.message : String(error)) };
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}

/** The folder itself, or the one above in which it would be made. */
function nearest(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearest(dirname(path));
}

/** What may not be looked at is not there, as far as this user goes. */
function kindOf(path: string): 'absent' | 'folder' | 'other' {
  try {
    return statSync(path).isDirectory() ? 'folder' : 'other';
  } catch {
    return 'absent';
  }
}

function mayWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function diskOf(path: string): Pick<StateFacts, 'freeOctets' | 'fileSystem'> {
  try {
    const { bavail, bsize, type } = statfsSync(path);
    return {
      freeOctets: bavail * bsize,
      fileSystem: process.platform === 'linux' ? FILE_SYSTEMS[type >>> 0] : undefined,
    };
  } catch {
    return { freeOctets: undefined, fileSystem: undefined };
  }
}

async function look(path: string): Promise<Awaited<ReturnType<typeof lookAtLeaseDb>>> {
  try {
    return await lookAtLeaseDb(path);
  } catch {
    // Another user's, or no database: what is wrong with the folder is said of its rights.
    return undefined;
  }
}
