import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { gzipSync } from 'node:zlib';
import { TraceCauses } from '../analysis/cause/trace-source.ts';
import type { Topology, Trace } from '../core/driver.ts';
import { bug } from '../core/errors.ts';
import { visibleText } from '../core/text.ts';
import { toInstant } from '../core/time.ts';
import type { Instant } from '../core/time.ts';
import { makeFolder } from '../driver/real/make-folder.ts';
import { plantOf } from '../report/plant.ts';
import { blamedHosts, chosenHosts, makePage, outcomeOf, proofsOf } from '../report/page/page.ts';
import type { PageParts } from '../report/page/page.ts';
import { pageActions, pageDeadlines } from './page-actions.ts';
import type { PageData, PageSample } from '../report/page/page-data.ts';
import { pageHtml } from '../report/page/page-html.ts';
import type { PageAssets } from '../report/page/page-html.ts';
import { PagePlant, placesOf, placesOfHosts } from '../report/page/page-plant.ts';
import { PageRecords, RecordChoice } from '../report/page/page-records.ts';
import { chooseSamples, isWhole } from '../report/page/page-samples.ts';
import { PageSurvey } from '../report/page/page-survey.ts';
import type { RunResult } from '../scenario/result.ts';
import type { Scenario } from '../config/scenario.ts';
import { CAUSES_MAX } from './causes.ts';
import { FileError } from './failure.ts';
import { asFileError } from './files.ts';
import { TraceFile } from './trace.ts';

export interface PageRequest {
  readonly path: string;
  readonly scenario: Scenario;
  readonly topology: Topology;
  readonly seed: number;
  readonly mode: 'virtual' | 'live';
  readonly reproduce: string;
}

/**
 * Listens to a run for a page. A plant of many hosts is listened to twice: the first time all are surveyed, then the run is
 * repeated from its seed for the packets of those that are worth a look. A live run cannot be repeated: the packets of the first
 * members of each group are taken as they come.
 */
export class PageListener {
  readonly listeners: readonly Trace[];
  readonly #request: PageRequest;
  readonly #plant: PagePlant;
  readonly #survey: PageSurvey;
  readonly #kept: PageRecords | undefined;
  /** Undefined: every packet is kept. */
  #samples: readonly PageSample[] | undefined;

  constructor(request: PageRequest) {
    const { topology, mode } = request;
    this.#request = request;
    this.#plant = new PagePlant(plantOf(topology));
    this.#survey = new PageSurvey(this.#plant);
    if (isWhole(this.#plant)) this.#kept = new PageRecords(topology, undefined);
    else if (mode === 'live') {
      const never = Array.from({ length: this.#plant.count }, () => null);
      this.#samples = chooseSamples(this.#plant, never);
      this.#kept = new PageRecords(topology, chosenHosts(this.#plant.groups, this.#samples), new Set());
    }
    if (mode === 'live') this.#begin(toInstant(Date.now() * 1_000));
    const { listeners } = this.#survey;
    this.listeners = this.#kept === undefined ? listeners : [...listeners, this.#kept];
  }

  #begin(zero: Instant): void {
    this.#survey.begin(zero);
    this.#kept?.begin(zero);
  }

  /** Writes the page. */
  async write(result: RunResult, again: RunAgain): Promise<void> {
    const kept = this.#kept ?? (await this.#second(result, again));
    const { path, scenario, topology, seed, mode, reproduce } = this.#request;
    const { name, about } = scenario;
    writePage(path, {
      facts: {
        scenario: name,
        about,
        seed,
        mode,
        epoch_us: mode === 'live' ? 0 : scenario.epochUs,
        reproduce,
      },
      plant: this.#plant,
      groups: this.#plant.withAddresses(topology),
      places: placesOf(topology),
      survey: this.#survey,
      samples: this.#samples,
      kept,
      actions: pageActions(scenario, result),
      deadlines: pageDeadlines(scenario, result),
      outcome: outcomeOf(result),
      causes: result.causes ?? [],
    });
  }

  async #second(result: RunResult, again: RunAgain): Promise<PageRecords> {
    const samples = chooseSamples(this.#plant, took(this.#survey), blamedHosts(result));
    this.#samples = samples;
    const chosen = chosenHosts(this.#plant.groups, samples);
    const proofs = proofsOf(result);
    let kept: PageRecords | undefined;
    await again(
      (topology) => (kept = new PageRecords(topology, chosen, proofs.size === 0 ? undefined : proofs)),
    );
    return kept ?? bug('a run that is repeated has a listener');
  }
}

/** Repeats a run from its seed for another listener. */
export type RunAgain = (listenerOf: (topology: Topology) => Trace) => Promise<unknown>;

/** How long each host took to come up: its boot where it was measured, else the moment. */
function took(survey: PageSurvey): readonly (number | null)[] {
  const boots = survey.bootUs();
  return survey.upAt().map((at, number) => boots[number] ?? at);
}

/** The page of a trace file. */
export function writePageOfTrace(tracePath: string, path: string): void {
  const trace = new TraceFile(tracePath);
  const { header } = trace;
  const plant = new PagePlant(header.plant);
  const survey = new PageSurvey(plant);
  const analysis = new TraceCauses(plant.hosts);
  for (const record of trace.records()) {
    survey.take(record);
    analysis.add(record);
  }
  const causes = analysis.finder.causes().slice(0, CAUSES_MAX);
  const samples = isWhole(plant) ? undefined : chooseSamples(plant, took(survey));
  const kept = new RecordChoice(
    plant.hosts,
    samples === undefined ? undefined : chosenHosts(plant.groups, samples),
    proofsOf({ causes, expectations: [] }),
  );
  for (const record of trace.records()) kept.take(record);
  const { scenario, seed, mode, epoch_us } = header;
  writePage(path, {
    facts: { scenario, about: '', seed, mode, epoch_us, reproduce: '' },
    plant,
    groups: plant.groups,
    places: placesOfHosts(plant.hosts),
    survey,
    samples,
    kept,
    actions: [],
    deadlines: [],
    outcome: null,
    causes,
  });
}

function writePage(path: string, parts: PageParts): void {
  const page: PageData = makePage(parts);
  const data = gzipSync(JSON.stringify(page, safeText), { level: 9 }).toString('base64');
  const html = pageHtml(`${page.scenario} · headend`, viewerAssets(), data);
  try {
    makeFolder(dirname(path));
    writeFileSync(path, html);
  } catch (error) {
    throw asFileError(path, error, 'written');
  }
}

/** A trace file may have been written by anybody: the last guard before a page. Hex is what it is. */
function safeText(key: string, value: unknown): unknown {
  if (typeof value !== 'string' || key === 'octets') return value;
  return visibleText(key === 'about' ? value.replace(/\s+/g, ' ').trim() : value);
}

/** The viewer as it was built: it lies beside this program. */
function viewerAssets(): PageAssets {
  const script = asset('viewer.js');
  const style = asset('viewer.css');
  return { script, style, scriptHash: hashOf(script), styleHash: hashOf(style) };
}

function asset(name: string): string {
  const file = new URL(`../web/${name}`, import.meta.url);
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new FileError(file.pathname, 'the viewer is not built', 'build headend with npm run build');
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
