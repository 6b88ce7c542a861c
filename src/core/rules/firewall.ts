import { defineRules } from '../rules.ts';

/** Why a router with access lists or a state table lets a packet pass or drops it. */
export const FW = defineRules('FW', {
  permitted: [
    1,
    {
      says: 'A line of the access list permits the packet.',
      why: 'Lines are tried from the top, and the first that matches decides; what stands below it is not looked at.',
      source: 'RFC 1812 §5.3.9',
      tryIt: 'Put a `deny` above the line that the explanation names and run again.',
    },
  ],
  denied: [
    2,
    {
      says: 'A line of the access list denies the packet, so it is dropped without a word.',
      why: 'Somebody wrote the line to keep such packets out. The sender is not told: to it this looks like a loss.',
      source: 'headend: access lists',
      tryIt: 'Move the line below a `permit` that matches the same packet.',
      fix: 'If the packet is wanted, permit it above this line, as narrowly as it can be said.',
    },
  ],
  deniedByEnd: [
    3,
    {
      says: 'No line of the access list matches, and a list ends in a denial that nobody wrote: the packet is dropped.',
      why: 'A list says what is allowed; forgetting a line must close a door, not open one.',
      source: 'headend: access lists',
      tryIt:
        'Add `deny ip any any log` as the last line: the same happens, and now it is told which packets end there.',
      fix: 'Permit what is wanted with a line of its own.',
    },
  ],
  noList: [
    4,
    {
      says: 'No list stands on that interface, so all may pass.',
      why: 'A router without lists routes; the denial at the end belongs to a list and not to the router.',
      source: 'RFC 1812 §5.3.9',
      tryIt: 'Give the interface a list with one line and see what stops.',
    },
  ],
  stateMade: [
    5,
    {
      says: 'The packet opens a session, which is written into the state table with its way back.',
      why: 'Who may ask may hear the answer: the entry lets answers of this session pass, and nothing else.',
      source: 'headend: routers, `state`',
      tryIt: 'Ask for the table with the command `show` while a session is open.',
    },
  ],
  stateMatched: [
    6,
    {
      says: 'The packet belongs to a session of the state table, so it passes without asking the lists.',
      why: 'The session was allowed when it began, and its protocol, both addresses and both ports are the same.',
      source: 'headend: routers, `state`',
      tryIt: 'Wait longer than the time of the table between two packets of a session.',
    },
  ],
  noState: [
    7,
    {
      says: 'A TCP segment in the middle of a connection that the table does not know is dropped.',
      why: 'A connection begins with SYN. One that the router has not seen begin was allowed by nobody, or its entry has run out.',
      source: 'RFC 7857 §2',
      tryIt: 'Let a connection be idle longer than `established` of the timeouts, then write into it.',
      fix: 'Keep idle connections alive, or raise the timeout; after a restart of the router connections begin anew.',
    },
  ],
  related: [
    8,
    {
      says: 'An ICMP error passes because the packet it quotes is of a session in the table.',
      why: 'The error tells a sender what became of its packet. Dropping it makes failures slow and hides a path with a smaller packet size.',
      source: 'RFC 5508 §4.2, RFC 4890 §4.3',
      tryIt: 'Ask a port that nobody listens on, with and without the state table.',
    },
  ],
  unrelated: [
    9,
    {
      says: 'An ICMP error that quotes no session of the table is dropped.',
      why: 'Nobody here has sent what it quotes. Errors that are made up can break connections of others.',
      source: 'RFC 5508 §4.2.1 REQ-4',
      tryIt: 'Send an ICMP error about a connection that does not exist.',
    },
  ],
  tableFull: [
    10,
    {
      says: 'The state table is full of connections that are in use, so the new one is dropped.',
      why: 'The table has a size, or a flood of made-up packets would take all memory. What is open keeps its place.',
      source: 'headend: routers, `state`',
      tryIt: 'Set `entries: 2` and open three connections.',
      fix: 'Raise `entries`, or shorten the timeouts.',
    },
  ],
  evicted: [
    11,
    {
      says: 'The state table is full: the session that has been idle the longest, and is no established connection, gives its place.',
      why: 'A flood of packets that nobody answers must not shut out those who come after it.',
      source: 'headend: routers, `state`',
      tryIt: 'Set `entries: 2` and let three hosts ask by UDP.',
      fix: 'Raise `entries` if sessions that are still needed are lost.',
    },
  ],
  expired: [
    12,
    {
      says: 'A session has been idle for its time, and its entry is taken out of the table.',
      why: 'UDP has no end that a router could see, and of TCP it may miss it; silence is the only sign.',
      source: 'RFC 4787 §4.3, RFC 5382 §5',
      tryIt: 'Compare the moment of the last packet with the moment of this line.',
    },
  ],
  expected: [
    13,
    {
      says: 'The packet begins the session that a helper (ALG) has read out of another one, so it passes without asking the lists.',
      why: 'Protocols that agree on a second address or port inside of their own messages need somebody on the way who reads along.',
      source: 'RFC 2663 §2.9',
      tryIt: 'Take `alg:` away: the same packet is now a stranger.',
    },
  ],
  helped: [
    14,
    {
      says: 'The helper (ALG) for this protocol reads which session comes next and opens a door for that one.',
      why: 'TFTP answers from a new port and FTP opens a second connection; what the lists allow does not cover either.',
      source: 'RFC 1350 §4, RFC 959 §3.2, RFC 2663 §2.9',
      tryIt: 'Take `alg:` away and see which packet is dropped.',
    },
  ],
  notHelped: [
    15,
    {
      says: 'The helper (ALG) opens no door: the message names an address that is not its sender.',
      why: 'By naming a third host a client could make a server, or this router, open connections to whom it likes: the FTP bounce.',
      source: 'RFC 2577 §3',
      tryIt: 'Send PORT with the address of another host.',
      fix: 'Let each client name its own address.',
    },
  ],
  malformed: [
    16,
    {
      says: 'The ICMP message cannot be read or its checksum is wrong, so it is dropped.',
      why: 'A router that decides by what a message quotes must first know that it came as it was sent.',
      source: 'RFC 5508 §4.1 REQ-3',
      tryIt: 'Change one octet of an ICMP error on its way.',
    },
  ],
  shown: [
    17,
    {
      says: 'The tables of the router at this moment.',
      why: 'What a router lets pass next depends on what it remembers: the table is its memory.',
      source: 'headend: scenarios, `show`',
      tryIt: 'Put `do: show` before and after a transfer.',
    },
  ],
  logged: [
    18,
    {
      says: 'The line that decides has the word `log`, so each packet it matches is told.',
      why: 'Lists decide in silence. With `log` on a line one sees what it lets through or keeps out, and from whom.',
      source: 'RFC 1812 §5.3.9',
      tryIt: 'Write `deny ip any any log` as the last line of a list.',
    },
  ],
  tooManyExpected: [
    19,
    {
      says: 'The helper (ALG) opens no door: as many stand open as it keeps, and nobody has come through them.',
      why: 'Each door holds an outer port for a minute. A client that names one port after the other, and uses none, would take all there are.',
      source: 'RFC 6888 §3 REQ-4',
      tryIt: 'Send PORT with 1,025 different ports within a minute.',
      fix: 'Look at who asks for so many connections and makes none; doors close by themselves after a minute.',
    },
  ],
});
