/** Octets, and how often one of them was read by its index. */
export interface CountedOctets {
  readonly octets: Uint8Array;
  reads: number;
}

/** What reading them costs is counted, not timed: the same on any machine. */
export function countedOctets(counted: Uint8Array): CountedOctets {
  const octets = new Proxy(counted, {
    get(target, property) {
      if (typeof property === 'string' && /^\d/.test(property)) result.reads++;
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  const result: CountedOctets = { octets, reads: 0 };
  return result;
}
