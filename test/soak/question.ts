import type { Endpoint } from '../../src/core/address.ts';
import { Writer } from '../../src/core/bytes.ts';
import { latin1Octets } from '../../src/core/text.ts';
import { MessageType } from '../../src/codec/dhcp/codes.ts';
import { decodeMessage as decodeDhcp } from '../../src/codec/dhcp/message.ts';
import { Rcode } from '../../src/codec/dns/registry.ts';
import { decodeMessage as decodeDns, encodeMessage as encodeDns } from '../../src/codec/dns/message.ts';
import { Opcode, decodeBlock, decodeOpcode, encodeAck, encodePacket } from '../../src/codec/tftp/packet.ts';
import { clientMessage, ip, mac, option } from '../support/dhcp-builders.ts';
import { query } from '../support/dns-client.ts';

export type Server = 'dhcp' | 'tftp' | 'tod' | 'dns';
/** Whose good question it is: `wary` is a name server that asks for cookies. */
export type Asked = Server | 'wary';

/** A question whose answer is known: a server that was fuzzed must still give it. */
export interface Question {
  readonly port: number;
  readonly from: Endpoint;
  readonly octets: Uint8Array;
  isAnswer(octets: Uint8Array): boolean;
  /** What the asker sends to the port that the answer came from, so that nothing stays open. */
  readonly thanks?: Uint8Array | undefined;
}

/** A relay that no message of the corpus comes from: its subnet is not filled up by the noise. */
const GIADDR = ip('10.77.0.1');
const CLIENT = { address: ip('10.77.0.1'), port: 41_000 };
const XID = 0x5eed_0001;

export const QUESTIONS: Readonly<Record<Asked, Question>> = {
  dhcp: {
    port: 67,
    from: { address: GIADDR, port: 67 },
    octets: clientMessage('discover', {
      xid: XID,
      hops: 1,
      giaddr: GIADDR,
      mac: mac('00:10:18:77:00:01'),
      options: [option(55, 1, 3, 6)],
    }),
    isAnswer: (octets) => {
      const message = decodeDhcp(octets);
      return message.xid === XID && message.messageType === MessageType.offer && message.yiaddr !== 0;
    },
  },
  tftp: {
    port: 69,
    from: CLIENT,
    octets: readRequest('small.txt'),
    isAnswer: (octets) =>
      decodeOpcode(octets) === Opcode.data &&
      decodeBlock(octets) === 1 &&
      Buffer.from(octets.subarray(4)).toString() === 'as small as can be',
    thanks: acknowledgment(1),
  },
  tod: { port: 37, from: CLIENT, octets: new Uint8Array(0), isAnswer: (octets) => octets.length === 4 },
  dns: {
    port: 53,
    from: CLIENT,
    octets: encodeDns(query('www.lab.example', 'A')),
    isAnswer: (octets) => {
      const { rcode, answers } = decodeDns(octets);
      return rcode === Rcode.NOERROR && answers.length === 2;
    },
  },
  // Who has no cookie yet is given one, and asks again.
  wary: {
    port: 53,
    from: CLIENT,
    octets: encodeDns(
      query('www.lab.example', 'A', {
        edns: {
          payloadOctets: 1232,
          version: 0,
          flags: 0,
          options: [{ code: 10, octets: Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]) }],
        },
      }),
    ),
    isAnswer: (octets) => {
      const { rcode, edns } = decodeDns(octets);
      return (
        rcode === Rcode.BADCOOKIE &&
        edns?.options.some(({ code, octets: cookie }) => code === 10 && cookie.length === 24) === true
      );
    },
  },
};

function readRequest(name: string): Uint8Array {
  const writer = new Writer(new Uint8Array(100));
  encodePacket(writer, {
    kind: 'rrq',
    name: latin1Octets(name) ?? new Uint8Array(0),
    mode: 'octet',
    options: [],
  });
  return writer.octets.slice(0, writer.offset);
}

function acknowledgment(block: number): Uint8Array {
  const writer = new Writer(new Uint8Array(4));
  encodeAck(writer, block);
  return writer.octets;
}
