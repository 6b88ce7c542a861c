import type { Direction, Session } from './sessions.ts';

/** RFC 9293 §3.1. */
const FIN = 1;
const SYN = 2;
const RST = 4;

/** What a segment does to the phase of its connection: RFC 7857 §2, figure 1. */
export function followTcp(session: Session, direction: Direction, flags: number): void {
  // RFC 7857 §2.2: the entry stays for its transitory time, or a reset that is lost later would leave a dead connection.
  if ((flags & RST) !== 0) {
    session.phase = 'reset';
    return;
  }
  switch (session.phase) {
    case 'init':
      // The answering SYN, or, in a simultaneous open, the other's (RFC 5382 §4.2 REQ-2).
      if (direction === 'back' && (flags & SYN) !== 0) session.phase = 'established';
      return;
    case 'reset':
      // Somebody still speaks: the reset was not believed.
      session.phase = 'established';
      return;
    case 'established':
      if ((flags & FIN) === 0) return;
      session.phase = 'one-fin';
      session.closedBy = direction;
      return;
    case 'one-fin':
      if ((flags & FIN) !== 0 && session.closedBy !== direction) session.phase = 'both-fins';
      return;
    default:
      return;
  }
}
