/** Where the boot stands; what RFC 4639 calls these is said by `effects.state`. */
export type Phase =
  | 'off'
  | 'scanning'
  /** Waits for its opportunity in contention. */
  | 'backing-off'
  /** Sent a RNG-REQ in contention. */
  | 'ranging'
  /** Sent a RNG-REQ with its SID. */
  | 'adjusting'
  | 'dhcp'
  | 'downloading'
  /** A download failed; the next one comes. */
  | 'download-wait'
  | 'registering'
  | 'operational'
  /** Failed for good; begins anew when the wait is over. */
  | 'resting';

/** TLV 57: why the modem begins anew. */
export const Reason = { powerOn: 1, badDhcp: 4, t6: 6, refused: 7, t3: 9, t4: 16 } as const;
