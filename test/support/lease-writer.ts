import { LeaseDb } from '../../src/driver/real/lease-db.ts';

/** Writes leases without end and prints the key of each that was reported durable, for a test that kills it. */
const db = new LeaseDb(process.argv[2] ?? 'out/leases');

function write(number: number): void {
  const key = `10.0.${(number >> 8) & 255}.${number & 255}`;
  db.persist('dhcp', [{ table: 'lease', key, value: { number } }], (outcome) => {
    if (outcome === 'durable') process.stdout.write(`${key}\n`);
    if (number < 60_000) write(number + 8);
  });
}

for (let writer = 0; writer < 8; writer++) write(writer);
