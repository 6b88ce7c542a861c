import { defineRules } from '../rules.ts';

/** Time of Day: the server's answers and the client's asking. */
export const TOD_RULES = defineRules('TOD', {
  answered: [
    1,
    {
      says: 'The server answers an empty datagram with the time: four octets, the seconds since 1900.',
      why: 'The number is unsigned and has 32 bits: it starts again from 0 on 2036-02-07 at 06:28:16 UTC.',
      source: 'RFC 868',
      tryIt: 'Run scenarios/cable-modem-boot.yaml and read the four octets of the TIME reply.',
    },
  ],
  notEmpty: [
    2,
    {
      says: 'The datagram is not empty: no answer.',
      why: 'A request is an empty datagram. Whoever answers anything can be set to answer another time server for ever, each taking the reply of the other for a request.',
      source: 'RFC 868',
      tryIt: 'Send four octets to port 37.',
      fix: 'Send an empty datagram.',
    },
  ],
  answeredStream: [
    3,
    {
      says: 'A client connected: the server sends the time in four octets and closes.',
      why: 'Over TCP there is no request; connecting is the question.',
      source: 'RFC 868',
      tryIt: 'Connect to TCP port 37 and count the octets that come.',
    },
  ],
  broadcastIgnored: [
    4,
    {
      says: 'The request was sent to a broadcast or multicast address: it is ignored.',
      why: 'One packet to all would make every time server of a network answer one victim.',
      source: 'practice; RFC 1123 §4.2.3.5 asks the same of TFTP',
      tryIt: 'Send an empty datagram to 255.255.255.255, port 37.',
    },
  ],
  clientAsks: [
    64,
    {
      says: 'The client asks for the time with an empty datagram.',
      why: 'A cable modem has no clock of its own: until the answer comes its log says 1970.',
      source: 'RFC 868',
      tryIt: 'Run scenarios/cable-modem-boot.yaml and find port 37 on the ladder.',
    },
  ],
  clientKnows: [
    65,
    {
      says: 'The time came: the client sets its clock.',
      why: 'The number is seconds since 1900 UTC; the time offset of DHCP option 2 makes it local.',
      source: 'RFC 868, RFC 2132 §3.4',
      tryIt: 'Compare the four octets with the date of the scenario.',
    },
  ],
  clientFails: [
    66,
    {
      says: 'No time server answered in the first tries: the client goes on without the time and keeps asking.',
      why: 'The time is only for the log, so its absence must never keep a modem from coming online.',
      source: 'DOCSIS provisioning of a cable modem, event D04.1',
      tryIt: 'Leave the time server out of a plant: modems come online with a clock at 1970.',
      fix: "Start the time server, or correct option 4 of the modems' DHCP.",
    },
  ],
  clientIgnores: [
    67,
    {
      says: 'A packet that is not an answer of the time server is ignored.',
      why: 'Only four octets from the address and port that were asked are the time.',
      source: 'RFC 868',
      tryIt: 'Answer a modem from another address than the one it asked.',
    },
  ],
});
