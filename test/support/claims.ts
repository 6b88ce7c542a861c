import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What stands for a number that is in use: a listener here, on the port that the claim has. */
const DESK = '127.255.255.253';
/** Below what kernels give as ephemeral ports (Linux: from 32768), and above what live runs take. */
const PORTS = { first: 26_000, last: 31_999, each: 4 };
/** A run without a shift of its own is at 0. */
const SHIFTS = { first: 16, last: 240, each: 16 };
/** Ports of the desk for shifts: not those that are claimed as ports. */
const SHIFT_DESK = 25_000;
const LOOK_MS = 50;

async function isClaimed(port: number): Promise<boolean> {
  const holder = createServer();
  const outcome = once(holder, 'listening').then(
    () => true,
    // Where 127/8 is one address only, numbers are not told apart.
    (error: NodeJS.ErrnoException) => error.code !== 'EADDRINUSE',
  );
  holder.listen({ host: DESK, port, exclusive: true });
  holder.unref();
  return outcome;
}

interface Numbers {
  readonly first: number;
  readonly last: number;
  readonly each: number;
}

/** Waits while all are in use: whoever has one lets it go with its process. */
async function claim({ first, last, each }: Numbers, deskPort: (number: number) => number): Promise<number> {
  const count = Math.floor((last - first) / each) + 1;
  for (let tried = process.pid % count; ; tried++) {
    const number = first + (tried % count) * each;
    if (await isClaimed(deskPort(number))) return number;
    if (tried % count === 0) await sleep(LOOK_MS);
  }
}

/** Four ports in a row that no other test of this machine uses until this process ends; gives the first. */
export function claimPorts(): Promise<number> {
  return claim(PORTS, (port) => port);
}

/** Sixteen shifts of live runs (`LiveOptions.shift`) that no other test uses until this process ends; gives the first. */
export function claimShifts(): Promise<number> {
  return claim(SHIFTS, (shift) => SHIFT_DESK + shift);
}
