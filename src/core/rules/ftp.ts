import { defineRules } from '../rules.ts';

/** What an FTP server and an FTP client do: as much of FTP as its two connections need. */
export const FTP = defineRules('FTP', {
  greeted: [
    1,
    {
      says: 'The server greets whoever connects with 220, before any command.',
      why: 'The client waits for it: until then it does not know whether anybody who speaks FTP is there.',
      source: 'RFC 959 §5.4',
      tryIt: 'Connect to port 21 and say nothing.',
    },
  ],
  loggedIn: [
    2,
    {
      says: 'The user is logged in without a password.',
      why: 'This server has public files only. A password would travel in plain text, for all on the way to read.',
      source: 'RFC 959 §4.1.1, RFC 1635',
      tryIt: 'Read USER and PASS in the capture.',
    },
  ],
  portNoted: [
    3,
    {
      says: 'Active mode: the client says on which of its ports it waits, and the server will connect there from port 20.',
      why: 'FTP is older than firewalls: the second connection goes from the server to the client, as if a stranger called.',
      source: 'RFC 959 §3.2, RFC 2428 §2',
      tryIt: 'Compare with passive mode: who sends the SYN of the second connection?',
    },
  ],
  portRefused: [
    4,
    {
      says: 'The server refuses to connect to an address that is not the client’s own, or to a port below 1024.',
      why: 'Or a client could have the server attack a third host, which would see the server as the attacker: the FTP bounce.',
      source: 'RFC 2577 §3',
      tryIt:
        'Through NAT without a helper (ALG) the client names its inner address: the server sees another and refuses.',
      fix: 'Use passive mode, or the helper (ALG) for FTP on the router that translates.',
    },
  ],
  passive: [
    5,
    {
      says: 'Passive mode: the server says on which of its ports it waits, and the client connects there.',
      why: 'Both connections go from the client to the server, as firewalls expect.',
      source: 'RFC 959 §4.1.2, RFC 2428 §3, RFC 1579',
      tryIt: 'Count the SYNs from the client in the capture: two, in active mode one.',
    },
  ],
  noPassivePort: [
    6,
    {
      says: 'All ports for passive mode are in use, so the server says 425.',
      why: 'A server waits on few ports, so that its firewall can be told which.',
      source: 'RFC 959 §4.2',
      tryIt: 'Give the server one passive port and let two clients ask.',
      fix: 'Give it more with `passive-ports:`.',
    },
  ],
  sent: [
    7,
    {
      says: 'The file is on its way over the data connection, whose end says where the file ends.',
      why: 'In stream mode closing the connection is the only sign that a file is over; so each file has a connection of its own.',
      source: 'RFC 959 §3.4.1',
      tryIt: 'Compare the FIN of the data connection with the reply 226 on the control connection.',
    },
  ],
  noFile: [
    8,
    {
      says: 'There is no such file, so the server says 550.',
      why: 'Names are compared letter by letter, case included.',
      source: 'RFC 959 §5.4',
      tryIt: 'Ask for the name in capitals.',
      fix: 'Correct the name, or add the file to the server.',
    },
  ],
  noData: [
    9,
    {
      says: 'The data connection cannot be opened, so the server says 425 and the file is not sent.',
      why: 'The control connection works, so log-in and commands do; only what needs the second connection fails. That is the mark of a firewall in the way.',
      source: 'RFC 959 §4.2',
      tryIt: 'Look for the SYN of the data connection and for who dropped it.',
      fix: 'Use passive mode, or the helper (ALG) for FTP on the firewall.',
    },
  ],
  refused: [
    10,
    {
      says: 'The server does not know the command, or not these words with it, and says so.',
      why: 'A reply in 500 tells the client to go on without it; silence would leave it waiting.',
      source: 'RFC 959 §4.2',
      tryIt: 'Send a command that is none.',
    },
  ],
  notLoggedIn: [
    11,
    {
      says: 'Nobody has logged in on this connection yet, so the server says 530.',
      why: 'Who asks is known first, what is asked for comes second.',
      source: 'RFC 959 §5.4',
      tryIt: 'Send RETR before USER.',
      fix: 'Send USER, and PASS when it is asked for.',
    },
  ],
  tooMany: [
    12,
    {
      says: 'Too many clients are connected, or a line is too long: the connection is closed with 421 or 500.',
      why: 'What a peer can make a server remember has a bound.',
      source: 'RFC 959 §4.2',
      tryIt: 'Send a line of two thousand letters.',
    },
  ],
  asked: [
    13,
    {
      says: 'The client sends its next command, having read the reply to the one before.',
      why: 'The control connection is a dialogue: one command, one reply.',
      source: 'RFC 959 §5.4',
      tryIt: 'Follow the commands in the capture.',
    },
  ],
  fetched: [
    14,
    {
      says: 'The client has the file: the data connection has ended and the server says 226.',
      why: 'Both signs are needed: the end of the octets, and the word that this was all.',
      source: 'RFC 959 §3.2',
      tryIt: 'Compare the number of octets with the server’s.',
    },
  ],
  clientGivesUp: [
    15,
    {
      says: 'The client gives up: a reply says no, a connection cannot be made, or nothing comes for too long.',
      why: 'Nobody tells who is cut off by a firewall; the client’s own patience is the only end.',
      source: 'RFC 959 §4.2',
      tryIt: 'Look at the last packet that the client saw.',
      fix: 'Follow the last SYN through the ladder to see where it was dropped.',
    },
  ],
});
