/** How a kind of client fetches: one object for all clients of a kind. */
export interface TftpProfile {
  /** Options to ask for; left out, the request has none, as a cable modem's. */
  readonly blksize?: number | undefined;
  readonly timeoutSeconds?: number | undefined;
  readonly windowsize?: number | undefined;
  readonly tsize?: boolean | undefined;
  /** Text whose ends of lines are translated on the way: RFC 1350 §1. Left out, octets as they are. */
  readonly netascii?: boolean | undefined;
  /** The wait after the first sending, the second, ...; the last one holds for all after it. */
  readonly resendSeconds: readonly number[];
  /** Requests, or acknowledgments of one block, before giving up. */
  readonly sendsMax: number;
  /** How long the last acknowledgment can be repeated, RFC 1350 §6; the file is there at once all the same. */
  readonly dallySeconds: number;
  /** The largest file taken. */
  readonly octetsMax: number;
  /** What was received is read before `stop`, and never after it: its memory serves the next download. Left out, it is kept. */
  readonly lendsBuffers?: boolean | undefined;
  /**
   * Files that came before and stay as they are, as they are now: a download that brings one of them again, octet for octet, keeps no
   * octets of its own, and what it received is that file. Left out, none.
   */
  readonly known?: readonly Uint8Array[] | undefined;
}

/** What a cable modem does: no options, a request again after 4, 8 and then every 16 s, 16 in all. */
export const MODEM_TFTP_PROFILE: TftpProfile = {
  resendSeconds: [4, 8, 16],
  sendsMax: 16,
  dallySeconds: 0,
  octetsMax: 1 << 20,
  lendsBuffers: true,
};
