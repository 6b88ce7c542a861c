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
