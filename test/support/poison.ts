/** What of the machine a run must never touch: its clock, its chance, its timers, its language. */
const POISONED: readonly (readonly [object: object, name: string])[] = [
  [globalThis, 'Date'],
  [Math, 'random'],
  [globalThis, 'setTimeout'],
  [globalThis, 'setInterval'],
  [globalThis, 'setImmediate'],
  [globalThis, 'queueMicrotask'],
  [performance, 'now'],
  [process, 'hrtime'],
  [process, 'nextTick'],
  [process, 'cpuUsage'],
  [process, 'memoryUsage'],
  [globalThis, 'fetch'],
  [globalThis, 'Intl'],
  [String.prototype, 'localeCompare'],
  [String.prototype, 'toLocaleLowerCase'],
  [Number.prototype, 'toLocaleString'],
  [Array.prototype, 'toLocaleString'],
];

export const POISONED_NAMES: readonly string[] = POISONED.map(([, name]) => name);

/**
 * @noble/curves hides a private key's bits from who measures time by adding a random multiple of the curve's order, which changes
 * no result: it is given the same octets each time, and everything else of `crypto` is out of reach.
 */
const NO_CRYPTO = new Proxy(
  { getRandomValues: (octets: Uint8Array): Uint8Array => octets.fill(0xa5) },
  {
    get: (target, name) => {
      if (name === 'getRandomValues') return target.getRandomValues;
      throw new Error(`crypto.${String(name)} was touched`);
    },
  },
);

/** Does something during which none of these can be so much as looked at; what `act` gives is given. Not for promises. */
export function poisoned<Result>(act: () => Result): Result {
  const before = [...POISONED, [globalThis, 'crypto'] as const].map(([object, name]) => ({
    object,
    name,
    descriptor: Object.getOwnPropertyDescriptor(object, name),
  }));
  for (const { object, name } of before)
    Object.defineProperty(object, name, {
      configurable: true,
      get: () => {
        if (name === 'crypto') return NO_CRYPTO;
        throw new Error(`${name} was touched`);
      },
    });
  try {
    return act();
  } finally {
    for (const { object, name, descriptor } of before)
      if (descriptor === undefined) Reflect.deleteProperty(object, name);
      else Object.defineProperty(object, name, descriptor);
  }
}
