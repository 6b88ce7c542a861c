import type { Client } from './client.ts';
import { Draws, rendezvous } from './draws.ts';
import { type Forest, NONE, Policy, WhenAllDown } from './forest.ts';
import { VALUES_MAX } from './group.ts';
import type { HealthView } from './health-view.ts';
import { PLACE_WORDS, matchPlace } from './place.ts';
import { biased, distanceKm } from './point.ts';

/** What a group comes to: targets picked; none that is for this client; nothing healthy; a failure that the file asks for. */
export type Outcome = 'picked' | 'no-match' | 'down' | 'servfail';

/** Is told each step of a walk. `isOpen`: nothing is healthy, so all are taken as healthy. */
export interface WalkListener {
  entered(node: number, isOpen: boolean): void;
  /** The policy drew `value` of `limit`. */
  drew(node: number, value: number, limit: number): void;
  /** The policy came to a target, whose health is looked at next. */
  visited(node: number, candidate: number): void;
  /** `check`: its own check is down. `branch`: the group behind it has nothing healthy, and is left. */
  refused(node: number, candidate: number, why: 'check' | 'branch'): void;
  took(node: number, candidate: number): void;
  /** Nothing of the group is healthy, or too little of its weight. */
  fellBack(node: number, how: 'open' | 'nodata' | 'servfail' | 'threshold'): void;
  left(node: number, outcome: Outcome): void;
}

const UNFIT = Infinity;
/** Classes of a rule for networks and places: networks alone, networks and places, places alone, all others. */
const SUBNET_AND_PLACE = 1_000;
const PLACE_ALONE = 2_000;
const EVERYBODY = 3_000;
const BITS_MAX = 128;

/**
 * Walks the policies of one zone for one question at a time: depth first, the policy before the health, and out of a branch in which
 * nothing is healthy. What it allocates it allocates once.
 */
export class Walk {
  readonly #forest: Forest;
  readonly #draws = new Draws();
  /** By candidate: it was looked at and will not do. */
  readonly #tried: Uint8Array;
  readonly #scores: Float64Array;
  readonly #matched: Int32Array;
  #health: HealthView;
  #client: Client;
  #listener: WalkListener | undefined;
  /** Candidates that the answer is made of, in its order. */
  readonly picked: Int32Array;
  count = 0;
  /** Seconds until a check that was looked at could change. */
  secondsToChange = Infinity;

  constructor(forest: Forest, health: HealthView, client: Client) {
    this.#forest = forest;
    this.#health = health;
    this.#client = client;
    const size = forest.targets.length;
    this.#tried = new Uint8Array(size);
    this.#scores = new Float64Array(size);
    this.#matched = new Int32Array(size);
    this.picked = new Int32Array(size);
  }

  /** `client` has begun its question; what is picked is in `picked`, up to `count`. */
  run(node: number, health: HealthView, client: Client, listener: WalkListener | undefined): Outcome {
    this.#health = health;
    this.#client = client;
    this.#listener = listener;
    this.count = 0;
    this.secondsToChange = Infinity;
    return this.#top(node);
  }

  /** A group that nobody backs out of: when all is down, it says what is answered. */
  #top(node: number): Outcome {
    const before = this.count;
    const outcome = this.#evaluate(node, false);
    if (outcome !== 'down') return outcome;
    // As gdnsd: below its threshold it is down to a group above, and still answers here, with all of its targets.
    if (this.count > before) return 'picked';
    switch (this.#forest.whenAllDown[node]) {
      case WhenAllDown.nodata:
        this.#listener?.fellBack(node, 'nodata');
        return 'no-match';
      case WhenAllDown.servfail:
        this.#listener?.fellBack(node, 'servfail');
        return 'servfail';
      default:
        this.#listener?.fellBack(node, 'open');
        return this.#evaluate(node, true);
    }
  }

  #evaluate(node: number, isOpen: boolean): Outcome {
    const forest = this.#forest;
    this.#listener?.entered(node, isOpen);
    for (let index = forest.first[node] ?? 0; index < (forest.end[node] ?? 0); index++)
      this.#tried[index] = 0;
    const outcome = this.#choose(node, isOpen);
    this.#listener?.left(node, outcome);
    return outcome;
  }

  #choose(node: number, isOpen: boolean): Outcome {
    const { groups, policy } = this.#forest;
    const group = groups[node];
    switch (policy[node]) {
      case Policy.weighted:
        if (group?.givesMany === true || (group?.upThreshold ?? 0) > 0)
          return this.#thresholded(node, isOpen);
        return this.#weighted(node, isOpen);
      case Policy.multivalue:
        return this.#multivalue(node, isOpen);
      default:
        this.#score(node);
        return this.#best(node, isOpen);
    }
  }

  /** Whether a target may be taken; if so, it is picked, with all that is behind it. */
  #take(node: number, candidate: number, isOpen: boolean): Outcome {
    const { check, child, evaluates } = this.#forest;
    this.#listener?.visited(node, candidate);
    const own = check[candidate] ?? NONE;
    if (own !== NONE && !this.#isUp(own) && !isOpen) {
      this.#listener?.refused(node, candidate, 'check');
      return 'down';
    }
    const below = child[candidate] ?? NONE;
    if (below === NONE) {
      this.picked[this.count++] = candidate;
      this.#listener?.took(node, candidate);
      return 'picked';
    }
    if (evaluates[candidate] === 0) return this.#tookBranch(node, candidate, this.#top(below));
    const before = this.count;
    const outcome = this.#evaluate(below, false);
    if (outcome !== 'down') return this.#tookBranch(node, candidate, outcome);
    this.count = before;
    if (isOpen) return this.#tookBranch(node, candidate, this.#evaluate(below, true));
    this.#listener?.refused(node, candidate, 'branch');
    return 'down';
  }

  #tookBranch(node: number, candidate: number, outcome: Outcome): Outcome {
    if (outcome === 'picked') this.#listener?.took(node, candidate);
    return outcome;
  }

  #isUp(check: number): boolean {
    this.secondsToChange = Math.min(this.secondsToChange, this.#health.secondsToChange(check));
    return this.#health.isHealthy(check);
  }

  /** The least score first, and the next when that is not healthy. */
  #best(node: number, isOpen: boolean): Outcome {
    const { first, end, rank } = this.#forest;
    let outcome: Outcome = 'no-match';
    for (;;) {
      let best = NONE;
      for (let index = first[node] ?? 0; index < (end[node] ?? 0); index++) {
        const score = this.#scores[index] ?? UNFIT;
        if (this.#tried[index] === 1 || score === UNFIT) continue;
        const least = best === NONE ? UNFIT : (this.#scores[best] ?? UNFIT);
        if (score < least || (score === least && (rank[index] ?? 0) < (rank[best] ?? 0))) best = index;
      }
      if (best === NONE) return outcome;
      outcome = this.#take(node, best, isOpen);
      if (outcome !== 'down') return outcome;
      this.#tried[best] = 1;
    }
  }

  #score(node: number): void {
    const { policy, first, end, atlas, region } = this.#forest;
    const client = this.#client;
    const kind = policy[node];
    if (kind === Policy.latency || kind === Policy.geoproximity) client.locate();
    if (kind === Policy.geolocation || kind === Policy.ip) this.#matchNetworks(node);
    for (let index = first[node] ?? 0; index < (end[node] ?? 0); index++)
      switch (kind) {
        case Policy.latency: {
          // Where nobody knows, all regions are equally far: the names decide.
          const latencyMs = atlas.latencyMs(client, region[index] ?? NONE);
          this.#scores[index] = latencyMs === Infinity ? Number.MAX_VALUE : latencyMs;
          break;
        }
        case Policy.geoproximity:
          this.#scores[index] = this.#proximity(index);
          break;
        case Policy.geolocation:
        case Policy.ip:
          this.#scores[index] = this.#nearness(index);
          break;
        default:
          this.#scores[index] = index;
      }
  }

  /** What the policy measures of a target, for people: Infinity where it does not fit. */
  scoreOf(candidate: number): number {
    return this.#scores[candidate] ?? UNFIT;
  }

  #proximity(candidate: number): number {
    const { hasPoint, vectors, bias } = this.#forest;
    if (!this.#client.hasPoint || hasPoint[candidate] === 0) return Number.MAX_VALUE;
    const km = distanceKm(this.#client.vector, 0, vectors, candidate * 3);
    return biased(km, bias[candidate] ?? 0);
  }

  #matchNetworks(node: number): void {
    const { first, end, networks, placeFirst } = this.#forest;
    const [from, to] = [first[node] ?? 0, end[node] ?? 0];
    const tree = networks[node];
    for (let index = from; index < to; index++) this.#matched[index] = NONE;
    if (tree !== undefined) {
      this.#client.mattered(tree.walk(this.#client.address));
      // The longer come later.
      for (let match = 0; match < tree.matchCount; match++)
        this.#matched[from + (tree.matches[match] ?? 0)] = tree.matchLengths[match] ?? 0;
    }
    if (placeFirst[from] !== placeFirst[to]) this.#client.locate();
  }

  /** Networks alone, then networks with places, then places alone, then the rest; in each the most specific first. */
  #nearness(candidate: number): number {
    const { hasNetworks, placeFirst, places, isDefault } = this.#forest;
    const length = this.#matched[candidate] ?? NONE;
    const [from, to] = [placeFirst[candidate] ?? 0, placeFirst[candidate + 1] ?? 0];
    let parts = 0;
    if (this.#client.hasPlace)
      for (let place = from; place < to; place++)
        parts = Math.max(parts, matchPlace(places, place * PLACE_WORDS, this.#client.place));
    if (hasNetworks[candidate] === 1) {
      if (length === NONE) return isDefault[candidate] === 1 ? EVERYBODY : UNFIT;
      if (from === to) return BITS_MAX - length;
      if (parts > 0) return SUBNET_AND_PLACE + (BITS_MAX - length) * PLACE_WORDS + PLACE_WORDS - parts;
    } else if (parts > 0) return PLACE_ALONE + PLACE_WORDS - parts;
    return isDefault[candidate] === 1 ? EVERYBODY : UNFIT;
  }

  /** One by weight among those not tried; those of weight 0 when no other is left: at equal chances. */
  #weighted(node: number, isOpen: boolean): Outcome {
    const { first, end, weight, weightSum, groups } = this.#forest;
    const isSticky = groups[node]?.isSticky === true;
    if (!isSticky) this.#draws.begin(this.#streamKey(node), this.#nextQuestion(node));
    let left = weightSum[node] ?? 0;
    let count = (end[node] ?? 0) - (first[node] ?? 0);
    let isZeros = left === 0;
    let outcome: Outcome = 'no-match';
    while (count > 0) {
      if (left === 0 && !isZeros) isZeros = true;
      const index = isSticky
        ? this.#nearest(node, isZeros)
        : this.#drawn(node, isZeros ? count : left, isZeros);
      if (index === NONE) break;
      outcome = this.#take(node, index, isOpen);
      if (outcome !== 'down') return outcome;
      this.#tried[index] = 1;
      left -= weight[index] ?? 0;
      count--;
    }
    return outcome;
  }

  /** The target at a drawn place of the weights laid end to end; with `isZeros` each counts one. */
  #drawn(node: number, limit: number, isZeros: boolean): number {
    const { first, end, weight } = this.#forest;
    const value = this.#draws.below(limit);
    this.#listener?.drew(node, value, limit);
    let before = 0;
    for (let index = first[node] ?? 0; index < (end[node] ?? 0); index++) {
      if (this.#tried[index] === 1) continue;
      before += isZeros ? 1 : (weight[index] ?? 0);
      if (value < before) return index;
    }
    return NONE;
  }

  #nearest(node: number, isZeros: boolean): number {
    const { first, end, weight, idHash, stickyKey } = this.#forest;
    const key = this.#client.stickyKey();
    let nearest = NONE;
    let least = Infinity;
    for (let index = first[node] ?? 0; index < (end[node] ?? 0); index++) {
      const own = isZeros ? 1 : (weight[index] ?? 0);
      if (this.#tried[index] === 1 || own === 0) continue;
      const distance = rendezvous(stickyKey, idHash[index] ?? 0, key, own);
      if (distance >= least) continue;
      nearest = index;
      least = distance;
    }
    return nearest;
  }

  /** As gdnsd: a group with less than its threshold healthy uses all of its weights, and is down to the group above it. */
  #thresholded(node: number, isOpen: boolean): Outcome {
    const { first, end, weight, check, weightSum, groups } = this.#forest;
    const group = groups[node];
    const wanted = Math.ceil((group?.upThreshold ?? 0) * (weightSum[node] ?? 0));
    let up = 0;
    let count = 0;
    for (let index = first[node] ?? 0; index < (end[node] ?? 0); index++) {
      const own = check[index] ?? NONE;
      if (own !== NONE && !this.#isUp(own)) continue;
      up += weight[index] ?? 0;
      count++;
    }
    // Nothing is left to judge by weight: the group fails as any other does.
    if (count === 0 && !isOpen) return this.#refuseAll(node);
    const isDown = up < wanted;
    if (isDown && !isOpen) this.#listener?.fellBack(node, 'threshold');
    const takesAll = isOpen || isDown;
    const outcome = group?.givesMany === true ? this.#many(node, takesAll) : this.#weighted(node, takesAll);
    return isDown && !isOpen ? 'down' : outcome;
  }

  #refuseAll(node: number): Outcome {
    const { first, end } = this.#forest;
    for (let index = first[node] ?? 0; index < (end[node] ?? 0); index++) {
      this.#listener?.visited(node, index);
      this.#listener?.refused(node, index, 'check');
    }
    return 'down';
  }

  /** Each by its own chance; those of the greatest weight are always among them. */
  #many(node: number, isOpen: boolean): Outcome {
    const { first, end, weight } = this.#forest;
    const before = this.count;
    this.#draws.begin(this.#streamKey(node), this.#nextQuestion(node));
    let greatest = 0;
    for (let index = first[node] ?? 0; index < (end[node] ?? 0); index++) {
      this.#tried[index] = this.#wouldDo(index, isOpen) ? 0 : 1;
      if (this.#tried[index] === 0) greatest = Math.max(greatest, weight[index] ?? 0);
    }
    for (let index = first[node] ?? 0; index < (end[node] ?? 0); index++) {
      if (this.#tried[index] === 0) {
        const value = this.#draws.below(Math.max(1, greatest));
        this.#listener?.drew(node, value, greatest);
        if (value >= (weight[index] ?? 0)) continue;
      }
      // One that is down is looked at too: an explanation says so.
      this.#take(node, index, isOpen);
    }
    return this.count > before ? 'picked' : 'down';
  }

  /** Up to eight of the healthy ones, in an order that is drawn. */
  #multivalue(node: number, isOpen: boolean): Outcome {
    const { first, end } = this.#forest;
    const before = this.count;
    this.#draws.begin(this.#streamKey(node), this.#nextQuestion(node));
    const total = this.#gather(node, isOpen);
    for (let turn = 0; turn < Math.min(total, VALUES_MAX); turn++) {
      // The first places are a drawn sample without repetition: Fisher and Yates.
      const other = turn + this.#draws.below(total - turn);
      this.#listener?.drew(node, other - turn, total - turn);
      const chosen = this.#matched[(first[node] ?? 0) + other] ?? 0;
      this.#matched[(first[node] ?? 0) + other] = this.#matched[(first[node] ?? 0) + turn] ?? 0;
      this.#take(node, chosen, isOpen);
    }
    if (this.count > before) return 'picked';
    return (first[node] ?? 0) < (end[node] ?? 0) ? 'down' : 'no-match';
  }

  /** Puts those that will do at the beginning of the group's places, and gives how many they are. */
  #gather(node: number, isOpen: boolean): number {
    const { first, end } = this.#forest;
    let total = 0;
    for (let index = first[node] ?? 0; index < (end[node] ?? 0); index++) {
      if (!this.#wouldDo(index, isOpen)) {
        this.#listener?.visited(node, index);
        this.#listener?.refused(node, index, 'check');
        continue;
      }
      this.#matched[(first[node] ?? 0) + total++] = index;
    }
    return total;
  }

  #wouldDo(candidate: number, isOpen: boolean): boolean {
    const own = this.#forest.check[candidate] ?? NONE;
    return isOpen || own === NONE || this.#isUp(own);
  }

  #streamKey(node: number): number {
    return this.#forest.streamKeys[node] ?? 0;
  }

  #nextQuestion(node: number): number {
    const { draws } = this.#forest;
    const count = ((draws[node] ?? 0) + 1) | 0;
    draws[node] = count;
    return count;
  }
}
