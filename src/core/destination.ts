import { ANY, type Ip, type Mac } from './address.ts';
import type { Target } from './service.ts';

/**
 * A target with all its fields, for who sends often: drivers look at each, and targets of many shapes are slow to look at. One may
 * be used for everything that somebody sends, since a driver that keeps a target copies it.
 */
export class Destination implements Target {
  address: Ip = ANY;
  port = 0;
  hardware: Mac | undefined = undefined;
  via: number | undefined = undefined;
  source: Ip | undefined = undefined;

  /** To this endpoint, by whatever way it has. */
  at(address: Ip, port: number): this {
    this.address = address;
    this.port = port;
    this.hardware = undefined;
    this.via = undefined;
    this.source = undefined;
    return this;
  }

  /** On this interface's link, to this hardware address if it is said. */
  by(via: number, hardware?: Mac): this {
    this.via = via;
    this.hardware = hardware;
    return this;
  }

  from(source: Ip | undefined): this {
    this.source = source;
    return this;
  }
}
