const USES: Readonly<Record<number, string>> = {
  37: 'Time of Day',
  53: 'DNS',
  67: 'DHCP',
  69: 'TFTP',
  853: 'DNS over TLS',
};

/** What is spoken at a port; undefined of one that is nothing's own. */
export function useOf(port: number): string | undefined {
  return USES[port];
}

/** What was bound, with what is spoken there by the file's own port: several servers at one address are one host. */
export function boundText(endpoint: string, bound: string): string {
  const use = useOf(Number(endpoint.slice(endpoint.lastIndexOf(':') + 1)));
  return use === undefined ? bound : `${bound}  ${use}`;
}
