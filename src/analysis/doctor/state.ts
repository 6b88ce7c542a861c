import type { Facts, StateFacts } from './facts.ts';
import { fail, note, pass, warn, type Finding } from './finding.ts';
import { formatBytes, formatSpan } from './text.ts';

const NAME = 'state';
const MIB = 1024 * 1024;
/** lmdb grows by pages and never shrinks; 50,000 leases take about 30 MiB. */
const ROOM_WANTED = 64 * MIB;
const ROOM_LEAST = 4 * MIB;
/** Clocks of two machines that both are kept differ by less. */
const AHEAD_US = 60e6;

/** Why a database that is mapped into memory, locked and flushed does badly on some file systems. */
const FILE_SYSTEMS: Readonly<Record<string, string>> = {
  nfs: 'locks and mapped files are not safe over NFS: two servers could write at once',
  smb: 'locks and mapped files are not safe over SMB: two servers could write at once',
  '9p': 'mapped files are not safe over 9p (a folder shared by the host of a virtual machine)',
  fuse: 'whether a flush reaches the disk is up to the program behind it',
  tmpfs: 'it is in memory: leases do not outlive a restart of the machine',
  overlay: "it is the container's own layer: leases go with the container",
};

/** The folder of `--state`, and whether a lease can be made durable at all. */
export function judgeState({ state, durable, machine }: Facts): readonly Finding[] {
  const trial = durableOf(durable);
  if (state === undefined)
    return [
      trial,
      note(NAME, 'without --state, leases are in memory: clients keep theirs, a restart forgets them'),
    ];
  return [...folderOf(state), ...clockOf(state, machine), ...roomOf(state), trial];
}

function durableOf({ folder, refusal }: Facts['durable']): Finding {
  if (refusal === undefined) return pass('leases', `a lease can be made durable in ${folder} (lmdb)`);
  return fail('leases', {
    says: `a lease cannot be made durable in ${folder}: ${refusal}`,
    why: 'no ACK leaves before its lease is on the disk (RFC 2131 §3.1 step 4), so none would',
    cure: 'look at the disk and the folder; npm ci installs lmdb with its binary for this machine',
  });
}

function folderOf({ folder, exists, isFolder, mayWrite, fileSystem, owner }: StateFacts): readonly Finding[] {
  if (exists && !isFolder)
    return [
      fail(NAME, {
        says: `${folder} is no folder`,
        why: 'leases are kept in a folder of their own',
        cure: 'name a folder, or one that is not there yet',
      }),
    ];
  if (!mayWrite)
    return [
      fail(NAME, {
        says: exists ? `${folder} may not be written by this user` : `${folder} cannot be made by this user`,
        why: 'leases could not be kept',
        cure: 'chown it to the user that serves; under systemd StateDirectory= makes one',
      }),
    ];
  const why = fileSystem === undefined ? undefined : FILE_SYSTEMS[fileSystem];
  const kind =
    why === undefined
      ? []
      : [
          warn(NAME, {
            says: `${folder} is on ${fileSystem}`,
            why,
            cure: 'name a folder on a disk of this machine; in a container: a volume',
          }),
        ];
  if (owner !== undefined)
    return [
      ...kind,
      warn(NAME, {
        says: `${folder} is in use by process ${owner.pid} (${owner.program})`,
        why: 'a folder has one writer: a second serve with it ends at once',
        cure: `headend leases --state ${folder} asks that one; to start anew, stop it first`,
      }),
    ];
  return kind.length > 0
    ? kind
    : [pass(NAME, exists ? `${folder} is free` : `${folder} will be made when serve starts`)];
}

function clockOf({ writtenUs }: StateFacts, { nowUs }: Facts['machine']): readonly Finding[] {
  if (writtenUs === undefined || writtenUs - nowUs <= AHEAD_US) return [];
  return [
    warn('clock', {
      says: `the clock is ${formatSpan(writtenUs - nowUs)} behind the last write to the state folder`,
      why: 'it was set back or lost: dates are wrong, and leases go on as if no time had passed since',
      cure: 'set the clock before serve starts: timedatectl set-ntp true',
    }),
  ];
}

function roomOf({ freeOctets }: StateFacts): readonly Finding[] {
  if (freeOctets === undefined) return [];
  const says = `${formatBytes(freeOctets)} are free on its disk`;
  if (freeOctets >= ROOM_WANTED) return [pass('disk', says)];
  const why = 'when it is full, no new lease is given: no ACK leaves without its commit';
  const cure = 'make room, or name a folder on another disk with --state';
  return [(freeOctets < ROOM_LEAST ? fail : warn)('disk', { says, why, cure })];
}
