import { defineRules } from '../rules.ts';

/** The TFTP server's decisions. */
export const TFTP_RULES = defineRules('TFTP', {
  granted: [
    1,
    {
      says: 'The server has the file and answers the read request with block 1.',
      why: 'A request without options is answered by the first DATA packet at once: that packet is the acknowledgment of the request.',
      source: 'RFC 1350 §4',
      tryIt: 'Run scenarios/cable-modem-boot.yaml and look at the RRQ and the DATA after it on the ladder.',
    },
  ],
  optionsGranted: [
    2,
    {
      says: 'The server accepts options of the request and says which in an OACK.',
      why: 'Only what the client asked for may be in the OACK, and the client confirms it with an ACK of block 0 before data flows.',
      source: 'RFC 2347',
      tryIt: 'Ask for a block size with any TFTP client and compare the OACK with the request.',
    },
  ],
  nextWindow: [
    3,
    {
      says: 'The acknowledgment is for the last block sent, so the server sends the next ones.',
      why: 'Without the windowsize option that is one block for each ACK; with it, a whole window.',
      source: 'RFC 1350 §2, RFC 7440 §4',
      tryIt: 'Fetch a file of some blocks and count DATA and ACK on the ladder.',
    },
  ],
  complete: [
    4,
    {
      says: 'The last block is acknowledged: the transfer is complete.',
      why: 'A block shorter than the block size is the last one; a file that is an exact multiple ends with an empty block.',
      source: 'RFC 1350 §6',
      tryIt: 'Fetch a file of exactly 1024 octets: three DATA packets cross, the last one empty.',
    },
  ],
  oldAck: [
    5,
    {
      says: 'The acknowledgment is an old one and starts nothing.',
      why: "If each side answered a repeated packet by repeating its own, one delayed packet would double all that follow: the Sorcerer's Apprentice bug.",
      source: 'RFC 1123 §4.2.3.1',
      tryIt: 'Add delay and jitter on the link to the TFTP server and look for ACKs that arrive twice.',
    },
  ],
  windowAgain: [
    6,
    {
      says: 'The acknowledgment stops short of the window, so the server sends a new window from the block after it.',
      why: 'With windows a receiver reports a missing block by acknowledging the last one before it.',
      source: 'RFC 7440 §4',
      tryIt: 'Ask for windowsize 8 over a link that loses one packet in twenty.',
    },
  ],
  resent: [
    7,
    {
      says: 'No acknowledgment came in time: the server sends the unacknowledged packets again.',
      why: 'The sender of data owns the timer. Each wait is longer than the one before, unless the client itself fixed the interval with the timeout option.',
      source: 'RFC 1350 §2, RFC 1123 §4.2.3.2, RFC 2349',
      tryIt: 'Impair the link to the TFTP server with loss and watch the gaps on the ladder grow.',
    },
  ],
  gaveUp: [
    8,
    {
      says: 'The client has been silent for too long: the server ends the transfer.',
      why: 'There must be a last try, or a client that was switched off would be sent to for ever.',
      source: 'RFC 7440 §6',
      tryIt: 'Power a modem off in the middle of its configuration file.',
      fix: 'If the client was there all the time, look for a firewall or NAT that passes port 69 but not the port of the transfer, or set `single-port: true`.',
    },
  ],
  notFound: [
    9,
    {
      says: 'No file of that name is served: error 1.',
      why: 'The name is compared octet for octet with the list of files that are served; it never becomes a path, so nothing outside of the list can be reached.',
      source: 'RFC 1350 appendix I',
      tryIt: 'Run scenarios/missing-config.yaml.',
      fix: "Put the file where the server looks, or correct the boot file name in the DHCP server's `tftp` setting.",
    },
  ],
  notFoundCase: [
    10,
    {
      says: 'No file of that name is served, but there is one whose name differs only in upper and lower case: error 1.',
      why: 'Names are compared octet for octet: `Modem.cfg` and `modem.cfg` are two files.',
      source: 'RFC 1350 appendix I',
      tryIt: 'Ask for a served file in capital letters.',
      fix: 'Write the name in DHCP exactly as the file is called.',
    },
  ],
  notFoundSlash: [
    11,
    {
      says: 'No file of that name is served, but there is one without the slashes at the front: error 1.',
      why: 'Names are compared octet for octet: `/modem.cfg` and `modem.cfg` are two names. Some clients and some DHCP settings put a slash before the name.',
      source: 'RFC 1350 appendix I',
      tryIt: 'Ask for a served file with a slash before its name.',
      fix: 'Take the slash out of the boot file name in DHCP, or serve the file under the name with the slash.',
    },
  ],
  writeRefused: [
    12,
    {
      says: 'The client wants to write a file: error 2, this server only reads.',
      why: 'TFTP knows no user and no password, so whoever reaches the port could replace the firmware of every modem.',
      source: 'RFC 1350 security considerations',
      tryIt: 'Try to put a file with any TFTP client.',
    },
  ],
  modeRefused: [
    13,
    {
      says: 'The request names a transfer mode that the server does not have: error 4.',
      why: 'There are `octet` and `netascii`; `mail` is obsolete and should not be supported.',
      source: 'RFC 1350 §1, RFC 1123 §4.2.2.1',
      tryIt: 'Send a read request with mode `mail`.',
      fix: 'Set the client to `octet` (often called binary).',
    },
  ],
  optionRefused: [
    14,
    {
      says: 'An option of the request has a value outside of its range: error 8.',
      why: 'Block size is 8 to 65464 octets, timeout 1 to 255 seconds, window size 1 to 65535 blocks, each in decimal and each at most once.',
      source: 'RFC 2347, RFC 2348, RFC 2349, RFC 7440 §3',
      tryIt: 'Send a read request with blksize 7.',
      fix: 'Correct the value in the client.',
    },
  ],
  stranger: [
    15,
    {
      says: 'The packet comes from an address and port that have no transfer here: error 5, and no transfer is disturbed.',
      why: 'The two ports name the transfer. A stranger is told so, and the packet is otherwise as if it had not come.',
      source: 'RFC 1350 §4',
      tryIt: 'Send an ACK to the port of a running transfer from another port.',
    },
  ],
  repeatedRequest: [
    16,
    {
      says: 'The same client sends the same request again: it joins the transfer that is running.',
      why: 'The answer was lost or slow. A second transfer to the same port would mix two streams of blocks.',
      source: 'RFC 1350 §4',
      tryIt: 'Lose the first DATA packet to a modem: its request comes again after 4 s.',
    },
  ],
  startedOver: [
    17,
    {
      says: 'The client sends a request from a port whose transfer was under way: the old transfer ends and a new one begins.',
      why: 'Another request, or the same one after the client fell silent, can only mean that the client started again.',
      source: 'RFC 1350 §4',
      tryIt: 'Restart a client that always uses the same port in the middle of a file.',
    },
  ],
  busy: [
    18,
    {
      says: 'As many transfers are running as the server allows: the request is dropped.',
      why: 'Silence makes a client ask again later; an error would make it give up. The limit keeps memory and ports bounded.',
      source: 'RFC 1350 §7',
      tryIt: 'Set the limit of transfers to 1 and power on two modems.',
      fix: 'Raise the limit of transfers, or look for a flood of requests from addresses that do not exist.',
    },
  ],
  busyForSource: [
    24,
    {
      says: 'As many transfers are running for this one client as the server allows for each: the request is dropped.',
      why: 'A client that asks and never acknowledges holds transfers until they run out; it must not hold those of all others.',
      source: 'RFC 1350 §7',
      tryIt: 'Set `per-source: 1` under the limits of the TFTP service and ask for two files at once.',
      fix: 'Raise `per-source` under the limits of the TFTP service if many clients share that address, as behind NAT.',
    },
  ],
  malformed: [
    19,
    {
      says: 'The datagram is no TFTP packet: it is dropped.',
      why: 'An answer to octets that mean nothing would help only those who send with a false source address.',
      source: 'RFC 1350 §5',
      tryIt: 'Send one octet to port 69.',
    },
  ],
  broadcastIgnored: [
    20,
    {
      says: 'The request was sent to a broadcast or multicast address: it is ignored in silence.',
      why: 'With so little access control, one packet to all would make every server of a network answer.',
      source: 'RFC 1123 §4.2.3.5',
      tryIt: 'Send a read request to 255.255.255.255.',
    },
  ],
  peerError: [
    21,
    {
      says: 'The client sent an ERROR packet: the transfer is over.',
      why: 'An error ends a transfer and is neither acknowledged nor sent again.',
      source: 'RFC 1350 §7',
      tryIt: 'Ask for tsize only, as boot loaders do, and stop with an error once the size is known.',
    },
  ],
  unreachable: [
    22,
    {
      says: 'ICMP says that nobody listens at the client any more: the transfer is over.',
      why: 'There is no use in sending until the tries run out.',
      source: 'RFC 1122 §4.1.3.3',
      tryIt: 'Stop a client in the middle of a file without stopping its host.',
    },
  ],
  unreadable: [
    23,
    {
      says: 'The file could not be read to its end: error 0, and the transfer is over.',
      why: 'Sending fewer octets than there are would look like a whole file to the client.',
      source: 'RFC 1350 §7',
      tryIt: 'Shorten a large file while it is being fetched.',
      fix: 'Replace files by renaming a new one over the old one, not by writing into it.',
    },
  ],
  clientAsks: [
    64,
    {
      says: 'The client sends a read request to port 69 from a port of its own.',
      why: 'The server will answer from another port, and the two ports together name the transfer.',
      source: 'RFC 1350 §4',
      tryIt: 'Look at the ports of the RRQ and of the DATA after it on the ladder.',
    },
  ],
  clientAsksAgain: [
    65,
    {
      says: 'No answer came: the client sends its request or its last acknowledgment again.',
      why: 'A request that gets no answer may have been lost, or the answer was. The waits grow so that thousands of modems do not drown a server that comes back.',
      source: 'RFC 1350 §2, RFC 1123 §4.2.3.2',
      tryIt: 'Keep the TFTP server down for a minute while modems boot.',
      fix: 'See whether requests reach the server, and whether its answers, which come from another port, get back.',
    },
  ],
  clientAcknowledges: [
    66,
    {
      says: 'The client has the block it waited for and acknowledges it.',
      why: 'The server sends the next block (or window) only when it sees this.',
      source: 'RFC 1350 §2, RFC 7440 §4',
      tryIt: 'Count DATA and ACK of one transfer on the ladder.',
    },
  ],
  clientAcceptsOptions: [
    67,
    {
      says: 'The client accepts the options of the OACK with an acknowledgment of block 0.',
      why: 'Only then do both sides know the block size, and data may flow.',
      source: 'RFC 2347',
      tryIt: 'Give a modem a profile that asks for a block size.',
    },
  ],
  clientComplete: [
    68,
    {
      says: 'A block shorter than the block size came: the client has the whole file.',
      why: 'A short or empty block is the end of the file; there is no other mark.',
      source: 'RFC 1350 §6',
      tryIt: 'Fetch a file of exactly 512 octets: the second DATA packet is empty.',
    },
  ],
  clientRepeats: [
    69,
    {
      says: 'A block that the client already has came again: it repeats its acknowledgment.',
      why: 'The acknowledgment was lost. The server ignores one that was not, so nothing is doubled.',
      source: 'RFC 1350 §6, RFC 1123 §4.2.3.1',
      tryIt: 'Impair the link with loss and look for equal DATA packets in a row.',
    },
  ],
  clientMissesBlock: [
    70,
    {
      says: 'A block is missing: the client acknowledges the last one before the gap.',
      why: 'With windows this asks the server to go on from there.',
      source: 'RFC 7440 §4',
      tryIt: 'Ask for windowsize 8 over a link that loses one packet in twenty.',
    },
  ],
  clientGivesUp: [
    71,
    {
      says: 'The client has sent as often as it may without an answer: the transfer failed.',
      why: 'A modem then starts its boot again from ranging or DHCP, where it may be told of another server.',
      source: 'RFC 7440 §6',
      tryIt:
        'Leave the TFTP server out of a plant and look at the modem: it never gets past its configuration file.',
      fix: "Check that the address in DHCP (siaddr, option 66 or 150) is the TFTP server's and that it can be reached from the modem's network.",
    },
  ],
  clientRefused: [
    72,
    {
      says: 'The server answered with an ERROR packet: the transfer failed.',
      why: 'The code says why: 1 is a file that is not there, 2 no access, 8 an option refused.',
      source: 'RFC 1350 §7, appendix I',
      tryIt: 'Run scenarios/missing-config.yaml.',
      fix: "Read the server's side of the same moment: it says which name it was asked for.",
    },
  ],
  clientRefusesOptions: [
    73,
    {
      says: 'The OACK has an option that was not asked for, or a value that is not allowed: the client answers with error 8.',
      why: 'The server may lower block size and window size, must repeat the timeout, and may add nothing.',
      source: 'RFC 2347, RFC 2348, RFC 2349, RFC 7440 §3',
      tryIt: 'Answer a request for blksize 512 with an OACK of 1024.',
      fix: 'Leave the option out of the request, or mend the server.',
    },
  ],
  clientTooLarge: [
    74,
    {
      says: 'The file is larger than the client can take: it ends the transfer with error 3.',
      why: 'A small device has little memory, and a client must not let a server fill it.',
      source: 'RFC 2349, RFC 1350 appendix I',
      tryIt: 'Give a modem a firmware image as its configuration file.',
      fix: 'See whether the boot file name points at the right file.',
    },
  ],
  clientStranger: [
    75,
    {
      says: 'A packet came from a port or address that is not the one of this transfer: error 5, and the transfer goes on.',
      why: 'Two copies of one request may start two transfers at a server; the second answer must not disturb the first.',
      source: 'RFC 1350 §4',
      tryIt: 'Duplicate the request on its way to a server that does not join requests.',
    },
  ],
  clientBadBlock: [
    76,
    {
      says: 'The DATA packet is longer than the block size agreed: the client ends the transfer with error 4.',
      why: 'Without an OACK the block is 512 octets, and nothing else tells where the file ends.',
      source: 'RFC 1350 §5, RFC 2348',
      tryIt: 'Let a server send blocks of 1024 octets without an OACK.',
      fix: 'The server must send an OACK for the block size it uses, or use 512.',
    },
  ],
  clientBadName: [
    77,
    {
      says: 'The name of the file cannot be put into a request: it is empty, has a zero octet, or makes the request longer than 512 octets.',
      why: 'A zero octet ends the name in the packet, and a request is at most 512 octets long.',
      source: 'RFC 1350 §5, RFC 2347',
      tryIt: 'Give a modem a boot file name of 600 characters.',
      fix: 'Correct the boot file name in DHCP.',
    },
  ],
  clientUnreachable: [
    78,
    {
      says: 'ICMP says that the TFTP server cannot be reached: the client waits and asks again all the same.',
      why: 'Such a message is no proof that the server is gone for good: it may be starting.',
      source: 'RFC 1122 §4.1.3.3',
      tryIt: 'Point the boot file at a host that runs no TFTP server.',
      fix: 'Start the TFTP server, or correct its address in DHCP.',
    },
  ],
});
