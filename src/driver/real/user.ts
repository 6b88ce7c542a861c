import { execFileSync } from 'node:child_process';
import { lchownSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { bug, EnvironmentError } from '../../core/errors.ts';
import { escapeText } from '../../core/text.ts';

/** Who a server is after its sockets are bound. */
export interface Account {
  /** As the person wrote it. */
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** All that it is in. */
  readonly groups: readonly number[];
}

/** Finds `NAME[:GROUP]`, names or numbers; throws `EnvironmentError` when it is not there or this process may not become it. */
export function findAccount(text: string): Account {
  const [user = '', group] = text.split(':');
  if (process.getuid === undefined || process.geteuid === undefined)
    throw new EnvironmentError('this system knows no --user', 'leave it out');
  if (process.geteuid() !== 0)
    throw new EnvironmentError(
      `only root may become ${escapeText(user)}`,
      'start as root, or leave --user out: sockets are then bound with the rights that you have',
    );
  const uid = numberOf(user) ?? asked('-u', user)?.[0] ?? unknown('user', user);
  const gid =
    group === undefined
      ? (asked('-g', user)?.[0] ??
        unknown('group of the user', user, `name it, as in --user ${escapeText(user)}:nogroup`))
      : (numberOf(group) ?? groupNamed(group) ?? unknown('group', group));
  return { name: user, uid, gid, groups: [...new Set([gid, ...(asked('-G', user) ?? [])])] };
}

/** Becomes a user for good; what is under `folder` is given to it first. */
export function becomeUser({ name, uid, gid, groups }: Account, folder: string | undefined): void {
  const { setgroups, setgid, setuid } = process;
  if (setgroups === undefined || setgid === undefined || setuid === undefined)
    bug('the account was found on a system without users');
  try {
    if (folder !== undefined) giveFolder(folder, uid, gid);
    setgroups([...groups]);
    setgid(gid);
    setuid(uid);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
    throw new EnvironmentError(
      `cannot become ${escapeText(name)}: ${error instanceof Error ? error.message : 'EPERM'}`,
      'a container whose root has few rights needs CAP_SETUID, CAP_SETGID and CAP_CHOWN for --user',
    );
  }
  if (uid !== 0 && process.geteuid?.() === 0) bug(`still root after becoming ${name}`);
}

/** Links are given themselves, not what they lead to. */
function giveFolder(folder: string, uid: number, gid: number): void {
  for (const path of [folder, ...readdirSync(folder).map((name) => join(folder, name))]) {
    const found = lstatSync(path);
    if (path === folder || found.isFile() || found.isSocket()) lchownSync(path, uid, gid);
  }
}

function numberOf(text: string): number | undefined {
  return /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}

/** Node has no look-up of names; id(1) is everywhere and asks whatever the system asks. Undefined: there is no such user. */
function asked(what: '-u' | '-g' | '-G', user: string): readonly number[] | undefined {
  try {
    const answer = execFileSync('id', [what, '--', user], { encoding: 'utf8', stdio: 'pipe' });
    return answer.trim().split(' ').map(Number);
  } catch {
    return undefined;
  }
}

/** By entering it and coming back: the library's own look-up. */
function groupNamed(group: string): number | undefined {
  const { getegid, setegid } = process;
  if (getegid === undefined || setegid === undefined) return undefined;
  const own = getegid();
  try {
    setegid(group);
    return getegid();
  } catch {
    return undefined;
  } finally {
    setegid(own);
  }
}

function unknown(what: string, name: string, remedy = 'name one of this system, or its number'): never {
  throw new EnvironmentError(`there is no ${what} ${escapeText(name)}`, remedy);
}
