import { formatIp } from '../../src/core/address.ts';
import { otherDhcpServers } from '../../src/driver/real/dhcp-probe.ts';

/** Prints the DHCP servers that answer on an interface. */
const servers = await otherDhcpServers(process.argv[2] ?? 'eth0');
console.log(`found: ${servers.map(formatIp).join(', ')}`);
