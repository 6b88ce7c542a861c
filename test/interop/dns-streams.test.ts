import { afterAll, beforeAll, expect, test } from 'vitest';
import { join } from 'node:path';
import { built, serve } from './support/headend.ts';
import { Lab, need, type Running } from './support/netns.ts';

const IDLE = 1_000;
const LAB = `headend: 1
name: streams
net: { lan: { kind: segment } }
services: { dns: { on: lan, ip: 10.67.0.2, zones: { lab.example: { file: lab.zone } } } }
`;
const ZONE = `$ORIGIN lab.example.
$TTL 300
@ SOA ns root 1 2 3 4 5
@ NS ns
ns A 10.67.0.2
www A 192.0.2.80
${Array.from({ length: 40 }, (_, n) => `big TXT "${n}${'x'.repeat(240)}"`).join('\n')}
`;

/**
 * Peers that take and give nothing: many that connect from addresses of their own and are silent, one that stops in the middle
 * of a message, and one that asks for far more than it ever reads.
 */
const PEERS = `
import { connect } from 'node:net';
const [, count] = process.argv;
const server = { host: '10.67.0.2', port: 53 };
const open = (localAddress, talk) => new Promise((resolve, reject) => {
  const socket = connect({ ...server, localAddress });
  socket.on('connect', () => { talk(socket); resolve(socket); });
  socket.on('error', (error) => reject(error));
  socket.pause();
});
const name = Buffer.from('\\x03big\\x03lab\\x07example\\0', 'latin1');
const query = Buffer.concat([Buffer.from([0, 7, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]), name, Buffer.from([0, 16, 0, 1])]);
const framed = Buffer.concat([Buffer.from([0, query.length]), query]);
const greedy = await open('10.67.0.9', (socket) => socket.write(Buffer.concat(Array(5_000).fill(framed))));
const halting = await open('10.67.0.9', (socket) => socket.write(framed.subarray(0, 9)));
const silent = [];
for (let index = 0; index < Number(count); index++)
  silent.push(await open('10.67.0.' + (10 + (index % 100)), () => {}).catch(() => undefined));
console.log('connected', silent.filter((socket) => socket !== undefined).length);
setInterval(() => [greedy, halting], 1_000);
`;

let lab: Lab;
let server: Running;

beforeAll(async () => {
  need('ip', 'dig');
  built();
  lab = new Lab();
  lab.namespace('srv');
  lab.namespace('cli');
  lab.cable(
    { in: 'srv', as: 'lan0', address: '10.67.0.2/24' },
    { in: 'cli', as: 'eth0', address: '10.67.0.9/24' },
  );
  for (let host = 10; host < 110; host++)
    lab.run('cli', 'ip', 'address', 'add', `10.67.0.${host}/32`, 'dev', 'eth0');
  lab.file('lab.zone', ZONE);
  const state = join(lab.folder, 'state');
  server = await serve(lab, 'srv', lab.file('lab.yaml', LAB), '--interface', 'lan0', '--state', state);
});
afterAll(() => lab?.remove());

const dig = (...flags: readonly string[]): string =>
  lab.run('cli', 'dig', '+short', '+tries=1', '+time=15', ...flags, '@10.67.0.2', 'www.lab.example').trim();

test(`a slow peer and ${IDLE} idle ones starve nobody: others are answered over UDP and TCP`, async () => {
  await lab.start('cli', /connected \d+/, process.execPath, '--input-type=module', '-e', PEERS, String(IDLE));
  for (let turn = 0; turn < 20; turn++) {
    expect(dig('+notcp')).toBe('192.0.2.80');
    expect(dig('+tcp', '-b', `10.67.0.${110 - 1 - turn}`)).toBe('192.0.2.80');
  }
  expect(server.child.exitCode).toBeNull();
  expect(await server.end('SIGTERM')).toBe(0);
});
