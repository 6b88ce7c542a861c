import { closeSync, openSync } from 'node:fs';
import { EXIT } from '../api/exit.ts';

/**
 * Whether a SIGHUP asks for a reload, or says that the terminal has gone: then nobody can end the servers by Ctrl-C any more.
 * Made at the start, when the terminal is there if there is one; `nohup` takes standard output away from it.
 */
export class HangUp {
  readonly #wasOnTerminal = (process.stdout.isTTY || process.stderr.isTTY) && terminalIsThere();

  get isEnd(): boolean {
    return this.#wasOnTerminal && !terminalIsThere();
  }

  /** Ends by the signal itself, as who handles it should; Node's own way out stumbles over a terminal that is gone. */
  end(): never {
    process.removeAllListeners('SIGHUP');
    process.kill(process.pid, 'SIGHUP');
    process.exit(EXIT.hungUp);
  }
}

/** The terminal of this session, if it has one. */
function terminalIsThere(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}
