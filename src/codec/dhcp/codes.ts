/** RFC 2131 §2, table 1: `op`. */
export const Op = { request: 1, reply: 2 } as const;

/** RFC 2132 §9.6; 10 to 13: RFC 4388 §6.1. */
export const MessageType = {
  discover: 1,
  offer: 2,
  request: 3,
  decline: 4,
  ack: 5,
  nak: 6,
  release: 7,
  inform: 8,
  forcerenew: 9,
  leasequery: 10,
  leaseunassigned: 11,
  leaseunknown: 12,
  leaseactive: 13,
} as const;

/** By message type; the word that people say. */
export const MESSAGE_TYPE_NAMES: readonly (string | undefined)[] = [
  undefined,
  'DISCOVER',
  'OFFER',
  'REQUEST',
  'DECLINE',
  'ACK',
  'NAK',
  'RELEASE',
  'INFORM',
  'FORCERENEW',
  'LEASEQUERY',
  'LEASEUNASSIGNED',
  'LEASEUNKNOWN',
  'LEASEACTIVE',
];

/** The option codes that code speaks of; `registry.ts` knows them all by name. */
export const Option = {
  pad: 0,
  subnetMask: 1,
  timeOffset: 2,
  routers: 3,
  timeServers: 4,
  domainNameServers: 6,
  logServers: 7,
  hostName: 12,
  domainName: 15,
  vendorEncapsulated: 43,
  requestedAddress: 50,
  leaseTime: 51,
  overload: 52,
  messageType: 53,
  serverIdentifier: 54,
  parameterRequestList: 55,
  message: 56,
  maximumMessageSize: 57,
  renewalTime: 58,
  rebindingTime: 59,
  vendorClass: 60,
  clientIdentifier: 61,
  tftpServerName: 66,
  bootFileName: 67,
  userClass: 77,
  relayAgent: 82,
  autoConfigure: 116,
  subnetSelection: 118,
  domainSearch: 119,
  classlessRoutes: 121,
  cableLabsClient: 122,
  vendorSpecific: 125,
  tftpServerAddress: 150,
  end: 255,
} as const;

/** IANA's UDP ports: RFC 2131 §4.1. */
export const SERVER_PORT = 67;
export const CLIENT_PORT = 68;

/** RFC 2131 §2, figure 2: the leftmost bit of `flags`. */
export const BROADCAST_FLAG = 0x8000;

/** Hardware type of Ethernet, and of a cable modem: RFC 1700. */
export const HTYPE_ETHERNET = 1;
