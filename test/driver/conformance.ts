import { describe } from 'vitest';
import { cableCases } from './cases/cable.ts';
import { commandCases } from './cases/commands.ts';
import { datagramCases } from './cases/datagrams.ts';
import { listenerCases } from './cases/listeners.ts';
import { faultCases } from './cases/faults.ts';
import { persistCases } from './cases/persist.ts';
import { routerCases } from './cases/routers.ts';
import { streamCases } from './cases/streams.ts';
import { timerCases } from './cases/timers.ts';
import type { MakeWorld } from './world.ts';

/** What every driver does alike. Hosts, addresses and ports are those of the topology, whatever a driver maps them to. */
export function driverConformance(name: string, make: MakeWorld): void {
  describe(name, () => {
    describe('datagrams', () => datagramCases(make));
    describe('the cable', () => cableCases(make));
    describe('timers', () => timerCases(make));
    describe('tickets', () => persistCases(make));
    describe('streams', () => streamCases(make));
    describe('routers that inspect', () => routerCases(make));
    describe('listeners', () => listenerCases(make));
    describe('commands', () => commandCases(make));
    describe('faults', () => faultCases(make));
  });
}
