const USES: ReadonlyMap<string, string> = new Map([
  ['37', 'Time of Day'],
  ['53', 'DNS'],
  ['67', 'DHCP'],
  ['69', 'TFTP'],
  ['853', 'DNS over TLS'],
]);

/** What was bound, with what is spoken there by the file's own port: several servers at one address are one host. */
export function boundText(endpoint: string, bound: string): string {
  const use = USES.get(endpoint.slice(endpoint.lastIndexOf(':') + 1));
  return use === undefined ? bound : `${bound}  ${use}`;
}
