/** What a command's exit code says (sysexits.h where it has the word). */
export const EXIT = {
  passed: 0,
  /** An expectation failed, or a check said no. */
  failed: 1,
  /** Bad usage, or a person's file is wrong. */
  usage: 2,
  inconclusive: 3,
  /** A port, a right or an interface is not to be had. */
  environment: 4,
  /** The same seed gave another digest. */
  notDeterministic: 5,
  /** Our own mistake: EX_SOFTWARE. */
  bug: 70,
  /** SIGHUP, where a terminal has gone. */
  hungUp: 129,
  /** SIGINT. */
  interrupted: 130,
  /** SIGTERM. */
  terminated: 143,
} as const;
