import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Type } from '../../src/codec/dns/registry.ts';
import { toName } from '../../src/codec/dns/name.ts';
import { formatRecord } from '../../src/codec/dns/record.ts';
import type { Row } from '../../src/core/service.ts';
import { runSteps } from '../../src/core/steps.ts';
import { toInstant } from '../../src/core/time.ts';
import { ZoneKeep } from '../../src/service/zone-keep.ts';
import type { Reasons } from '../../src/store/routing.ts';
import type { Zone } from '../../src/store/zone.ts';
import { loadZone } from '../../src/store/zone-builder.ts';
import { type ZoneChange, changeZone, zoneRecords } from '../../src/store/zone-change.ts';
import { ZoneDraft } from '../../src/store/zone-draft.ts';
import { ZoneJournal } from '../../src/store/zone-journal.ts';
import { ZoneRows, refreshRow } from '../../src/store/zone-rows.ts';
import { ZoneSet } from '../../src/store/zone-set.ts';
import { fuzzRuns } from '../support/fuzz-runs.ts';

const APEX = toName('lab.example');
const NAMES = 12;
/** So small that a copy has several pieces, and is written every few changes. */
const LIMITS = { pieceOctets: 90, logOctetsMin: 400, logOctetsPerName: 8, goneRows: 2 };
const NOW = toInstant(0);
const SILENT: Reasons = { explains: false, because: () => {} };
const BUILD = { file: 'zone' };

const whole = (serial: number, octet: number): Zone =>
  loadZone(
    [
      `$ORIGIN lab.example.\n$TTL 60\n@ SOA ns root ${serial} 60 20 600 30\n@ NS ns\nns A 10.0.0.1`,
      ...Array.from({ length: NAMES }, (_, index) => `host${index} A 10.${octet}.0.${index}`),
    ].join('\n'),
    BUILD,
  );

const textOf = (zone: Zone | undefined): string =>
  zone === undefined ? 'none' : Array.from(zoneRecords(zone), formatRecord).toSorted().join('\n');

const changeOf = (zone: Zone, name: number, octet: number): ZoneChange | undefined => {
  const draft = new ZoneDraft(zone);
  const rdatas = octet % 4 === 0 ? [] : [Uint8Array.of(10, 9, 9, octet)];
  draft.replace(toName(`host${name}.lab.example`), Type.A, { ttl: 60, rdatas });
  return draft.change();
};

/** One zone, its disk, and who may be killed at any moment. */
class Life {
  readonly disk = new Map<string, Row>();
  /** What each serial stood for. */
  readonly versions = new Map<number, string>();
  file: Zone | undefined;
  keep: ZoneKeep;
  #handed: 'durable' | 'failed' | undefined;

  constructor(file: Zone | undefined) {
    this.file = file;
    this.keep = this.#begin();
    if (file !== undefined) this.versions.set(file.serial, textOf(file));
  }

  get zone(): Zone | undefined {
    return this.keep.place.zone;
  }

  write(rows: readonly Row[]): void {
    for (const row of rows) {
      const key = `${row.table} ${row.key}`;
      if (row.value === null) this.disk.delete(key);
      else this.disk.set(key, structuredClone(row));
    }
  }

  /** One slice of what the journal has to write. */
  slice(outcome: 'durable' | 'failed'): boolean {
    if (this.#handed === undefined && !this.hand(outcome)) return false;
    const { journal, history } = this.keep;
    journal.settled(this.#handed ?? outcome, history.changes.length, NOW);
    this.#handed = undefined;
    return true;
  }

  /** The same, whose outcome is known later. */
  hand(outcome: 'durable' | 'failed'): boolean {
    const { journal } = this.keep;
    if (this.#handed !== undefined || journal.deadline() === Infinity) return false;
    const rows = journal.next();
    expect(rows.length).toBeGreaterThan(0);
    if (outcome === 'durable') this.write(rows);
    this.#handed = outcome;
    return true;
  }

  drain(): void {
    while (this.slice('durable'));
  }

  update(name: number, octet: number): void {
    const { zone, keep } = this;
    const change = zone && changeOf(zone, name, octet);
    if (zone === undefined || change === undefined) return;
    const next = changeZone(zone, change, BUILD);
    this.versions.set(next.serial, textOf(next));
    this.write(keep.advance(next, [change], 'new'));
  }

  kill(): void {
    this.#handed = undefined;
    this.keep = this.#begin();
    const rows = new ZoneRows();
    for (const row of this.disk.values()) rows.add(row);
    const restored = rows.take(APEX);
    if (restored !== undefined) this.keep.restore(restored, SILENT);
  }

  /** The file has another version. */
  reload(file: Zone): void {
    this.file = file;
    const before = this.keep;
    this.keep = new ZoneKeep(before.duties, new ZoneSet([file]).at(APEX)!);
    this.write(runSteps(this.keep.inheritSteps(before)).rows);
    this.drain();
  }

  #begin(): ZoneKeep {
    const zones = new ZoneSet(this.file === undefined ? [] : [this.file]);
    if (this.file === undefined) zones.reserve(APEX);
    const primaries = this.file === undefined ? [{ address: 1 as never, port: 53, key: undefined }] : [];
    const keep = new ZoneKeep({ apex: APEX, primaries, notify: [], build: BUILD }, zones.at(APEX)!);
    keep.journal = new ZoneJournal(APEX, LIMITS);
    return keep;
  }
}

const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constant('update' as const), name: fc.nat(NAMES), octet: fc.nat(255) }),
    },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('slice' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('hand' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('refused' as const) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('whole' as const),
        octet: fc.nat(255),
        isNewer: fc.boolean(),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('kill' as const) }) },
  ),
  { minLength: 20, maxLength: 120 },
);

/** Rows of one copy, of the changes since and of its head: nothing else is left when all is written. */
function assertTidy(life: Life): void {
  const rows = new ZoneRows();
  for (const row of life.disk.values()) rows.add(row);
  expect(rows.take(APEX)?.leftovers ?? []).toEqual([]);
}

test('a zone with updates is what it was, whenever its server is killed', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const life = new Life(whole(1, 1));
      for (const step of all) {
        if (step.kind === 'update') life.update(step.name, step.octet);
        else if (step.kind === 'slice') life.slice('durable');
        else if (step.kind === 'hand') life.hand('durable');
        else if (step.kind === 'refused') life.hand('failed');
        else if (step.kind === 'kill') {
          const was = textOf(life.zone);
          life.kill();
          expect(textOf(life.zone)).toBe(was);
        } else {
          const updated = life.zone !== life.file;
          const file = whole(step.isNewer ? (life.zone?.serial ?? 0) + 1 : 1, step.octet);
          const was = textOf(life.zone);
          life.reload(file);
          expect(textOf(life.zone)).toBe(updated && !step.isNewer ? was : textOf(file));
        }
      }
      life.drain();
      assertTidy(life);
    }),
    { numRuns: fuzzRuns(100) },
  );
});

test('a copy of a zone is some version of its primary, whenever its server is killed, and never newer than it is known to be', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const life = new Life(undefined);
      let serial = 0;
      for (const step of all) {
        if (step.kind === 'update') life.update(step.name, step.octet);
        else if (step.kind === 'slice') life.slice('durable');
        else if (step.kind === 'hand') life.hand('durable');
        else if (step.kind === 'refused') life.hand('failed');
        else if (step.kind === 'whole') {
          const zone = whole((serial += 1_000), step.octet);
          life.versions.set(zone.serial, textOf(zone));
          life.keep.supersede(zone);
          const row = refreshRow(APEX, serial);
          if (life.keep.journal.admits(row)) life.write([row]);
        } else {
          life.kill();
          const { zone } = life;
          expect(zone !== undefined).toBe(life.disk.has('zone-journal lab.example.'));
          if (zone !== undefined) expect(textOf(zone)).toBe(life.versions.get(zone.serial));
          const refreshed = life.disk.get('zone-refresh lab.example.')?.value?.['at'] ?? 0;
          expect(refreshed).toBeLessThanOrEqual(zone?.serial ?? 0);
        }
      }
      const was = textOf(life.zone);
      life.drain();
      assertTidy(life);
      life.kill();
      expect(textOf(life.zone)).toBe(was);
    }),
    { numRuns: fuzzRuns(100) },
  );
});
