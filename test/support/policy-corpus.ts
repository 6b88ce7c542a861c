/** One zone with each routing policy, in the words of a scenario file: for who asks all of them. */
export const EVERY_POLICY = `
regions: { eu: { at: [50, 8] }, us: { at: [40, -75] } }
locations:
  berlin: { networks: 10.1.0.0/16, place: EU-DE-BE, at: [52, 13], latency: { eu: 10ms, us: 90ms } }
  boston: { networks: 10.4.0.0/16, place: NA-US-MA, at: [42, -71], latency: { eu: 90ms, us: 10ms } }
routing:
  simple: { type: A, policy: simple, targets: { a: { data: 10.0.0.1 } } }
  weighted: { type: A, policy: weighted, targets: { a: { weight: 3, data: 10.0.0.1, check: a }, b: { weight: 1, data: 10.0.0.2, check: b } } }
  sticky: { type: A, policy: weighted, sticky: true, targets: { a: { weight: 3, data: 10.0.0.1 }, b: { weight: 1, data: 10.0.0.2 } } }
  failover: { type: A, policy: failover, ttl: 60s, ttl-min: 5s, targets: { a: { data: 10.0.0.1, check: a }, b: { data: 10.0.0.2, check: b } } }
  latency: { type: A, policy: latency, targets: { a: { region: eu, data: 10.0.0.1, check: a }, b: { region: us, data: 10.0.0.2 } } }
  geo: { type: A, policy: geolocation, targets: { world: { place: "*", data: 10.0.0.1 }, germany: { place: EU-DE, data: 10.0.0.3, check: c } } }
  near: { type: A, policy: geoproximity, targets: { a: { region: eu, data: 10.0.0.1 }, b: { region: us, bias: 20, data: 10.0.0.2 } } }
  many: { type: A, policy: multivalue, targets: { a: { data: 10.0.0.1, check: a }, b: { data: 10.0.0.2, check: b }, c: { data: 10.0.0.3, check: c } } }
  ip: { type: A, policy: ip, targets: { a: { networks: 10.1.0.0/16, data: 10.0.0.1 }, b: { networks: 10.0.0.0/8, data: 10.0.0.2 } } }
  tree: { type: A, policy: failover, targets: { a: { alias: weighted }, b: { alias: many } } }
  app: { type: CNAME, policy: failover, ttl: 30s, targets: { a: { data: ns, check: a }, b: { data: away.example. } } }
  none: { type: A, policy: failover, when-all-down: nodata, targets: { a: { data: 10.0.0.1, check: d } } }
  broken: { type: A, policy: failover, when-all-down: servfail, targets: { a: { data: 10.0.0.1, check: d } } }
`;

/** The names above. */
export const POLICY_NAMES: readonly string[] = Array.from(
  EVERY_POLICY.matchAll(/^ {2}([a-z]+): \{ type/gm),
  ([, name = '']) => name,
);
