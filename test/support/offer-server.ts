import { decodeMessage } from '../../src/codec/dhcp/message.ts';
import { MessageType, Op, Option } from '../../src/codec/dhcp/codes.ts';
import { DhcpWriter } from '../../src/codec/dhcp/writer.ts';
import { ANY, isIpv4, parseIp } from '../../src/core/address.ts';
import type { Topology } from '../../src/core/driver.ts';
import type { Service } from '../../src/core/service.ts';
import { NEVER } from '../../src/core/time.ts';
import { RealDriver } from '../../src/driver/real/driver.ts';
import { interfaceRisen } from '../../src/driver/real/system.ts';
import { at, host, mac, segment } from '../driver/plants.ts';

/**
 * Answers every DISCOVER with one OFFER, to a client that has no address yet; prints what the driver says and counts.
 * Arguments: the interface, the server's address, and `any` to send from a socket on all addresses, or `late` to miss the first.
 */
const [interfaceName = 'lan0', address = '10.50.0.1', how = 'own'] = process.argv.slice(2);
const own = parseIp(address);
const offered = parseIp('10.50.0.100');

let missed = how === 'late' ? 0 : 1;

const service: Service = {
  deadline: () => NEVER,
  handle(input, _now, effects) {
    if (
      input.kind !== 'datagram' ||
      own === undefined ||
      !isIpv4(own) ||
      offered === undefined ||
      !isIpv4(offered)
    )
      return;
    if (missed++ === 0) return;
    const request = decodeMessage(input.octets);
    const writer = new DhcpWriter().start(Op.reply);
    writer.answer(request);
    writer.yiaddr = offered;
    writer.u8(Option.messageType, MessageType.offer);
    writer.ip(Option.serverIdentifier, own);
    writer.finish();
    const hardware = request.chaddrMac ?? mac('02:00:00:00:00:01');
    effects.send(67, { address: offered, port: 68, hardware, via: 0 }, writer.written());
  },
};

const topology: Topology = {
  segments: [segment('lan')],
  links: [],
  hosts: [host('dhcp', { on: 'lan', address: [at(`${address}/24`)] }, () => service, { udpPorts: [67] })],
};
await interfaceRisen(interfaceName);
const driver = new RealDriver({
  topology,
  place: { interface: interfaceName, listen: how === 'any' ? [ANY] : undefined },
  notice: (text) => console.log(`notice: ${text}`),
});
await driver.start();
console.log('serving');
setInterval(() => {
  const { broadcastInstead, subnetBroadcasts, datagramsIn } = driver.counts;
  console.log(`counts: ${datagramsIn} in, ${broadcastInstead} instead, ${subnetBroadcasts} to the subnet`);
}, 100);
