/** What is wrong with octets from the network; `truncated` and `malformed` are the decoder's, `unsupported` is a value it may not pass on. */
export type DecodeReason = 'truncated' | 'malformed' | 'unsupported';

/** The peer's octets are wrong: thrown by codecs only, caught once in `service/`, counted and dropped. */
export class DecodeError extends Error {
  readonly reason: DecodeReason;
  /** The field in the RFC's own word, such as `xid` or `option 82`. */
  readonly field: string;
  /** Octets from the start of what was handed to the decoder. */
  readonly offset: number;

  constructor(reason: DecodeReason, field: string, offset: number) {
    super(`${reason} at octet ${offset}: ${field}`);
    this.name = 'DecodeError';
    this.reason = reason;
    this.field = field;
    this.offset = offset;
  }
}

/** The person's file or flag is wrong: shown with its place, exit code 2. */
export class ConfigError extends Error {
  /** Where in the file's tree, such as `services.dhcp.subnets[0].range`. */
  readonly path: string;
  /** What stood there, as text. */
  readonly found: string;
  /** What may stand there, with units and range. */
  readonly expected: string;

  constructor(path: string, found: string, expected: string) {
    super(`${path}: ${found}: expected ${expected}`);
    this.name = 'ConfigError';
    this.path = path;
    this.found = found;
    this.expected = expected;
  }
}

/** The machine will not: a port in use, a right that is missing, an interface that is not there. Exit code 4. */
export class EnvironmentError extends Error {
  /** What was wanted and what stood in the way, in one sentence. */
  readonly what: string;
  /** What the person can do about it. */
  readonly remedy: string;

  constructor(what: string, remedy: string) {
    super(`${what}: ${remedy}`);
    this.name = 'EnvironmentError';
    this.what = what;
    this.remedy = remedy;
  }
}

/** A claim about our own code does not hold: the run stops, exit code 70. */
export class BugError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'BugError';
  }
}

export function assert(claim: boolean, message: string): asserts claim {
  if (!claim) throw new BugError(message);
}

export function bug(message: string): never {
  throw new BugError(message);
}
