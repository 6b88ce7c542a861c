import { existsSync, readFileSync, readlinkSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { open, type RootDatabase } from 'lmdb';
import { bug, EnvironmentError } from '../../core/errors.ts';
import type { Plain, Row } from '../../core/service.ts';
import { escapeText } from '../../core/text.ts';
import type { ClockStamp } from './clock.ts';
import { makeFolder } from './make-folder.ts';

type Value = { readonly [key: string]: Plain };
/** A host's name, the row's table and key. */
type Key = [host: string, table: string, key: string];

/** Who writes to a folder: kept inside the database, where the write lock makes taking it over safe. */
interface Owner {
  readonly pid: number;
  /** The process's start, where the system tells: a number used again is not the same process. */
  readonly started: string;
  readonly token: string;
  /** In which namespace of processes the number counts; left out by earlier versions. */
  readonly space?: string;
}

const FILE = 'headend.lmdb';
const OWNER: Key = ['', 'owner', ''];
const CLOCK: Key = ['', 'clock', ''];
/** A disk that refuses is tried again so often: what lmdb prints of each try would fill the log. */
const RETRY_MS = 250;
/** Tokens of the databases this process has open. */
const ours = new Set<string>();
let opened = 0;

interface Waiting {
  readonly host: string;
  readonly rows: readonly Row[];
  settle(outcome: 'durable' | 'failed'): void;
}

/**
 * What services keep across a crash, in one folder. Rows handed in while a flush is under way go together into the
 * next: one flush settles many, in the order they came.
 */
export class LeaseDb {
  readonly #db: RootDatabase<Value, Key>;
  readonly #folder: string;
  readonly #token = `${process.pid}.${++opened}`;
  #waiting: Waiting[] = [];
  #flushing: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #isClosed = false;
  #stampNow: (() => ClockStamp) | undefined;
  /** What the clock was when rows were last kept before we came. */
  readonly stamp: ClockStamp | undefined;
  /** Why the disk refused last; undefined once it takes rows again. */
  failure: string | undefined;

  /** Opens the folder for writing and makes it when it is not there; a second writer is refused. */
  constructor(folder: string) {
    this.#folder = folder;
    try {
      makeFolder(folder, 0o700);
      assertRoom(folder);
      // Batches of lmdb's own reject promises that nobody holds; rows are grouped here.
      this.#db = open({ path: join(folder, FILE), encoding: 'json', eventTurnBatching: false });
    } catch (error) {
      if (error instanceof EnvironmentError) throw error;
      throw new EnvironmentError(
        `cannot keep state in ${escapeText(folder)}: ${reason(error)}`,
        'name a folder that this user may write with --state',
      );
    }
    const other = this.#own();
    this.stamp = stampOf(this.#db);
    if (other === undefined) return;
    void this.#db.close();
    throw writtenBy(folder, other.pid);
  }

  /** Keeps the rows of one `persist`; `settle` is called once, after the flush, in the order of the calls. */
  persist(host: string, rows: readonly Row[], settle: (outcome: 'durable' | 'failed') => void): void {
    if (this.#isClosed) {
      setImmediate(settle, 'failed');
      return;
    }
    this.#waiting.push({ host, rows, settle });
    this.#flushing ??= this.#flush();
  }

  /** From now on each group of rows is kept with what the clock is. */
  stampWith(ask: () => ClockStamp): void {
    this.#stampNow = ask;
  }

  /** The rows of a host, by table and key. */
  rows(host: string): Row[] {
    return [...readRows(this.#db)].filter((entry) => entry.host === host).map((entry) => entry.row);
  }

  /** Gives all rows of one name to another, but for keys that it has itself; tells how many. */
  adopt(from: string, to: string): number {
    return this.#atOnce(() => {
      const rows = this.rows(from);
      for (const { table, key, value } of rows) {
        void this.#db.remove([from, table, key]);
        if (value !== null && this.#db.get([to, table, key]) === undefined)
          void this.#db.put([to, table, key], value);
      }
      return rows.length;
    });
  }

  /** Waits for what is under way, then lets the folder go; rows handed in from now on fail. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    while (this.#flushing !== undefined) await this.#flushing;
    this.#isClosed = true;
    try {
      await this.#db.remove(OWNER);
      await this.#db.flushed;
    } catch (error) {
      // The disk is full: the next writer sees by our pid that we are gone.
      await causeOf(error);
    }
    ours.delete(this.#token);
    await this.#db.close();
  }

  async #flush(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      let outcome: 'durable' | 'failed' = 'durable';
      try {
        await this.#commit(group);
        this.failure = undefined;
      } catch (error) {
        outcome = 'failed';
        this.failure = await causeOf(error);
      }
      for (const waiting of group) waiting.settle(outcome);
      if (outcome === 'failed' && this.#closing === undefined) await sleep(RETRY_MS);
    }
    this.#flushing = undefined;
  }

  async #commit(group: readonly Waiting[]): Promise<void> {
    // lmdb would find out by itself, and print it into the log in words of its own.
    if (isFull(this.#folder)) throw new Error('No space left on device');
    const stamp = this.#stampNow?.();
    await this.#db.transaction(() => {
      if (stamp !== undefined) void this.#db.put(CLOCK, { ...stamp });
      for (const { host, rows } of group) {
        for (const { table, key, value } of rows) {
          // Inside of a transaction the writes themselves are synchronous; the promises are the transaction's.
          if (value === null) void this.#db.remove([host, table, key]);
          else void this.#db.put([host, table, key], value);
        }
      }
    });
    // A commit can be seen before it is on the disk: a lease is durable only after the flush.
    await this.#db.flushed;
  }

  /** Writes before anything is served; throws `EnvironmentError`. */
  #atOnce<Result>(write: () => Result): Result {
    try {
      return this.#db.transactionSync(write);
    } catch (error) {
      void this.#db.close();
      throw new EnvironmentError(
        `cannot write in ${escapeText(this.#folder)}: ${reason(error)}`,
        'make room on its disk, or name another folder with --state',
      );
    }
  }

  /** Takes the folder; gives who has it when that is a living process. */
  #own(): Owner | undefined {
    const other = this.#atOnce(() => {
      const owner = this.#db.get(OWNER) as unknown as Owner | undefined;
      if (owner !== undefined && isAlive(owner)) return owner;
      const self: Owner = {
        pid: process.pid,
        started: startOf(process.pid),
        token: this.#token,
        space: spaceOf(),
      };
      void this.#db.put(OWNER, { ...self });
      return undefined;
    });
    if (other === undefined) ours.add(this.#token);
    return other;
  }

  get folder(): string {
    return this.#folder;
  }
}

/** A folder has one writer. */
export function writtenBy(folder: string, pid: number): EnvironmentError {
  return new EnvironmentError(
    `${escapeText(folder)} is written by process ${pid}`,
    'stop that headend, or give this one a folder of its own with --state',
  );
}

/** What a folder holds. */
export interface KeptRows {
  readonly rows: readonly { readonly host: string; readonly row: Row }[];
  /** What to add to moments in them for the date. */
  readonly epochUs: number;
}

/** Reads a folder beside its writer: what `leases` shows when no `serve` runs. */
export async function readLeaseDb(folder: string): Promise<KeptRows> {
  if (!existsSync(join(folder, FILE)))
    throw new EnvironmentError(
      `${escapeText(folder)} holds no leases`,
      'name the folder that `headend serve --state` was given',
    );
  const db: RootDatabase<Value, Key> = open({ path: join(folder, FILE), encoding: 'json', readOnly: true });
  const rows = [...readRows(db)];
  const epochUs = stampOf(db)?.epochUs ?? 0;
  await db.close();
  return { rows, epochUs };
}

/** The living process that writes to a folder, and when it was last written; undefined where there is no database. */
export async function lookAtLeaseDb(
  folder: string,
): Promise<{ readonly owner: number | undefined; readonly writtenMs: number } | undefined> {
  const path = join(folder, FILE);
  const writtenMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  if (writtenMs === undefined) return undefined;
  const db: RootDatabase<Value, Key> = open({ path, encoding: 'json', readOnly: true });
  const owner = db.get(OWNER) as unknown as Owner | undefined;
  await db.close();
  return { owner: owner !== undefined && isAlive(owner) ? owner.pid : undefined, writtenMs };
}

function stampOf(db: RootDatabase<Value, Key>): ClockStamp | undefined {
  return db.get(CLOCK) as unknown as ClockStamp | undefined;
}

function* readRows(db: RootDatabase<Value, Key>): Generator<{ host: string; row: Row }> {
  for (const { key, value } of db.getRange()) {
    const [host, table, name] = key;
    if (host !== '') yield { host, row: { table, key: name, value } };
  }
}

/**
 * The number of a process in another container says nothing here, where it is mostly our own: whether that one lives is known by its
 * control socket, which `serve` asks before it opens the folder.
 */
function isAlive(owner: Owner): boolean {
  if (owner.space !== undefined && owner.space !== spaceOf()) return false;
  if (owner.pid === process.pid) return ours.has(owner.token);
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    // EPERM: it is there, and another user's.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return owner.started === startOf(owner.pid);
}

/** The namespace that process numbers count in; empty where there is no /proc. */
function spaceOf(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

/** Field 22 of /proc/PID/stat and the boot it counts from; empty where there is no /proc. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return `${fields[19] ?? bug('a process without a start')} ${boot}`;
  } catch {
    return '';
  }
}

/** lmdb maps its lock file into memory: where a page of that finds no room, the kernel ends the process (SIGBUS). */
const ROOM_OCTETS = 64 * 1024;

/** Root has what is kept back from others. */
function isFull(folder: string): boolean {
  const { bavail, bfree, bsize } = statfsSync(folder);
  return (process.getuid?.() === 0 ? bfree : bavail) * bsize < ROOM_OCTETS;
}

function assertRoom(folder: string): void {
  if (!isFull(folder)) return;
  throw new EnvironmentError(
    `cannot keep state in ${escapeText(folder)}: its disk is full`,
    'make room, or name a folder on another disk with --state',
  );
}

/** lmdb says that a commit failed, and gives the reason in a promise of its own, which must not go unheard. */
async function causeOf(error: unknown): Promise<string> {
  if (!(error instanceof Error) || !('commitError' in error)) return reason(error);
  try {
    await error.commitError;
    return reason(error);
  } catch (cause) {
    return reason(cause).replace(/: Attempting to write page.*/, '');
  }
}

const FOLDER_TROUBLE: ReadonlyMap<string, string> = new Map([
  ['EEXIST', 'it is a file'],
  ['ENOTDIR', 'a part of its path is a file'],
  ['ENOENT', 'the folder cannot be made'],
  ['EACCES', 'this user has no right to write there'],
  ['EPERM', 'this user has no right to write there'],
  ['EROFS', 'the disk is mounted read-only'],
]);

function reason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return FOLDER_TROUBLE.get(code) ?? (error instanceof Error ? error.message : String(error));
}
