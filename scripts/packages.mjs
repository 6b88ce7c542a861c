// Repeats what README says of the three packages: node scripts/packages.mjs. Each trial runs in a process of its own.
import { spawnSync } from 'node:child_process';

const TRIALS = [
  {
    package: 'dns-packet',
    fault: '12 octets that promise 65,535 records in each section: microseconds to refuse them',
    code: `const { decode } = require('dns-packet');
      const octets = Buffer.from('000000000000ffffffffffff'.padEnd(24, 'f'), 'hex');
      const start = process.hrtime.bigint();
      for (let n = 0; n < 200; n++) { try { decode(octets); } catch {} }
      console.log(Math.round(Number(process.hrtime.bigint() - start) / 200 / 1000));`,
  },
  {
    package: 'dns-packet',
    fault: 'a label of 200 octets is written with a length that reads as a pointer',
    code: `const { encode } = require('dns-packet');
      const octets = encode({ type: 'query', id: 1, questions: [{ type: 'A', name: 'a'.repeat(200) + '.example' }] });
      console.log('length octet 0x' + octets[12].toString(16));`,
  },
  {
    package: 'dns-packet',
    fault: 'a type that it does not know goes out as type 0',
    code: `const { encode } = require('dns-packet');
      const octets = encode({ type: 'query', id: 1, questions: [{ type: 'HTTPS', name: 'a.example' }] });
      console.log('type ' + octets.readUInt16BE(octets.length - 4));`,
  },
  {
    package: 'dhcp',
    fault: 'the octet after a pad is eaten: the option behind it is lost',
    code: `const { parse } = require('dhcp/lib/protocol.js');
      const octets = Buffer.alloc(300);
      octets.set([1, 1, 6, 0]);
      octets.set([99, 130, 83, 99, 0, 53, 1, 1, 255], 236);
      console.log('option 53: ' + parse(octets).options[53]);`,
  },
  {
    package: 'dhcp',
    fault: 'the magic cookie is not checked',
    code: `const { parse } = require('dhcp/lib/protocol.js');
      const octets = Buffer.alloc(300);
      octets.set([1, 1, 6, 0]);
      console.log('a message with cookie ' + parse(octets).magicCookie);`,
  },
  {
    package: 'tftp',
    fault: 'its server, asked for a file that is not there',
    code: `const tftp = require('tftp');
      const server = tftp.createServer({ host: '127.0.0.1', port: 0, root: require('os').tmpdir() });
      server.on('error', () => undefined);
      server.on('listening', () => {
        const socket = require('dgram').createSocket('udp4');
        const request = Buffer.from('\\0\\x01no-such-file\\0octet\\0');
        socket.send(request, server._socket.address().port, '127.0.0.1');
        setTimeout(() => { console.log('still there'); process.exit(0); }, 500);
      });
      server.listen();`,
  },
];

console.log(`node ${process.version} on ${process.platform}`);
for (const { package: name, fault, code } of TRIALS) {
  const { stdout, status, signal } = spawnSync(process.execPath, ['--no-deprecation', '-e', code], {
    encoding: 'utf8',
    timeout: 10_000,
  });
  const outcome = stdout.trim() === '' ? `the process ended: ${signal ?? `exit ${status}`}` : stdout.trim();
  console.log(`${name.padEnd(11)} ${fault}\n            -> ${outcome}`);
}
