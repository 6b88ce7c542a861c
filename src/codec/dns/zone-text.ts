import { ConfigError } from '../../core/errors.ts';
import { runSteps, type Steps } from '../../core/steps.ts';
import { nearest } from '../../core/text.ts';
import { parsePattern, parseRange, rangeCount } from './generate.ts';
import { parseDuration } from './duration.ts';
import { type Name, ROOT } from './name.ts';
import { parseRdata } from './rdata/shape.ts';
import { type ResourceRecord, shapeFor } from './record.ts';
import { Class, Type, classNumber, typeNumber, typeWords } from './registry.ts';
import { type Word, Words, zoneError } from './words.ts';
import { type Entry, ZoneLexer } from './zone-lexer.ts';

/** Where a record stands: lines and columns from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What should stand in the place of a file that is not included. */
export interface IncludeFault {
  readonly fault: string;
}

export interface ZoneTextOptions {
  /** The file's name as messages show it. */
  readonly file: string;
  /** What relative names are relative to until $ORIGIN says otherwise; left out, the root. */
  readonly origin?: Name | undefined;
  /** Gives the text of an included file, or why there is none; left out, $INCLUDE is refused. */
  readonly include?: ((file: string) => string | IncludeFault) | undefined;
  /** The TTL of a record that has none from anywhere; left out, that is a mistake. */
  readonly ttlOf?: ((place: Place) => number) | undefined;
  /** Is told of an entry that cannot be read, which is then passed over; left out, the first one is thrown. */
  readonly mistake?: ((error: ConfigError) => void) | undefined;
}

const INCLUDE_DEPTH_MAX = 8;
const INCLUDES_MAX = 1_000;
/** Records that $GENERATE may make in one zone: a network of /12, and less than memory holds. */
const GENERATED_MAX = 1_048_576;
/** RFC 2181 §8. */
const TTL_MAX = 0x7fff_ffff;

/** Reads a master file (RFC 1035 §5) and hands over its records in order; each mistake is a `ConfigError` with file:line:column. */
export function parseZoneText(
  text: string,
  options: ZoneTextOptions,
  take: (record: ResourceRecord, place: Place) => void,
): void {
  runSteps(zoneTextSteps(text, options, take));
}

/** The same in steps of some hundred records; an included file is one step. */
export function zoneTextSteps(
  text: string,
  options: ZoneTextOptions,
  take: (record: ResourceRecord, place: Place) => void,
): Steps<void> {
  const state: ReaderState = {
    owner: undefined,
    ttlStated: undefined,
    ttlDefault: undefined,
    includes: 0,
    generated: 0,
  };
  return new ZoneReader(options, options.file, state, take).read(text, options.origin ?? ROOT, 0);
}

/** About a millisecond's work. */
const STEP_ENTRIES = 256;

/** What an included file shares with the one that includes it. */
interface ReaderState {
  owner: Name | undefined;
  /** The last TTL that a record stated: RFC 1035 §5.1. */
  ttlStated: number | undefined;
  /** $TTL, which goes before it: RFC 2308 §4. */
  ttlDefault: number | undefined;
  includes: number;
  generated: number;
}

class ZoneReader {
  readonly #options: ZoneTextOptions;
  readonly #file: string;
  readonly #state: ReaderState;
  readonly #take: (record: ResourceRecord, place: Place) => void;
  #origin: Name = ROOT;

  constructor(
    options: ZoneTextOptions,
    file: string,
    state: ReaderState,
    take: (record: ResourceRecord, place: Place) => void,
  ) {
    this.#options = options;
    this.#file = file;
    this.#state = state;
    this.#take = take;
  }

  *read(text: string, origin: Name, depth: number): Steps<void> {
    this.#origin = origin;
    const lexer = new ZoneLexer(text, this.#file);
    let count = 0;
    for (let entry = lexer.next(); entry !== undefined; entry = lexer.next()) {
      try {
        this.#entry(entry, depth);
      } catch (error) {
        if (!(error instanceof ConfigError) || this.#options.mistake === undefined) throw error;
        this.#options.mistake(error);
      }
      if (++count % STEP_ENTRIES === 0) yield;
    }
  }

  #entry(entry: Entry, depth: number): void {
    const words = new Words(entry.words, this.#file, this.#origin, entry.end);
    const first = entry.words[0];
    if (first?.text.startsWith('$') === true && !first.quoted) this.#directive(words, depth);
    else this.#record(words, entry);
  }

  #directive(words: Words, depth: number): void {
    const word = words.take('a directive');
    switch (word.text.toUpperCase()) {
      case '$ORIGIN':
        this.#origin = words.name('the new origin');
        break;
      case '$TTL':
        this.#state.ttlDefault = statedTtl(words, words.take('a TTL'));
        break;
      case '$INCLUDE':
        return this.#include(words, depth);
      case '$GENERATE':
        return this.#generate(words, word);
      default: {
        const meant = nearest(word.text.toUpperCase(), ['$ORIGIN', '$TTL', '$INCLUDE', '$GENERATE']);
        words.fail(
          word,
          `$ORIGIN, $TTL, $INCLUDE or $GENERATE${meant === undefined ? '' : ` (did you mean ${meant}?)`}`,
        );
      }
    }
    words.done();
  }

  /** RFC 1035 §5.1: the included file may have an origin of its own, and leaves that of this file alone. */
  #include(words: Words, depth: number): void {
    const word = words.take('the name of a file');
    const origin = words.left > 0 ? words.name('an origin for the included file') : this.#origin;
    words.done();
    const { include } = this.#options;
    if (include === undefined) return words.fail(word, 'no $INCLUDE: nothing is included here');
    if (depth === INCLUDE_DEPTH_MAX)
      return words.fail(word, `at most ${INCLUDE_DEPTH_MAX} files inside of each other`);
    if (++this.#state.includes > INCLUDES_MAX)
      return words.fail(word, `at most ${INCLUDES_MAX} included files`);
    const text = include(word.text);
    if (typeof text !== 'string') return words.fail(word, text.fault);
    const owner = this.#state.owner;
    runSteps(new ZoneReader(this.#options, word.text, this.#state, this.#take).read(text, origin, depth + 1));
    this.#state.owner = owner;
  }

  /** `range owner [TTL] [class] type rdata`, once for each number; rdata of several words may stand in quotes, as BIND has it. */
  #generate(words: Words, directive: Word): void {
    const word = words.take('a range such as 1-254');
    const range = parseRange(word.text) ?? words.fail(word, 'a range such as 1-254 or 0-100/2');
    this.#state.generated += rangeCount(range);
    if (this.#state.generated > GENERATED_MAX)
      return words.fail(word, `at most ${GENERATED_MAX} generated records in one zone`);
    const texts = [words.take('an owner with $').text];
    while (words.left > 1) texts.push(written(words.take('a type')));
    const last = words.take('rdata with $');
    texts.push(texts.length > 1 && isTypeWord(texts.at(-1)) && last.quoted ? last.text : written(last));
    const pattern =
      parsePattern(texts.join(' ')) ??
      words.fail(last, 'braces as in ${offset,width,base}, base one of d o x X n N');
    for (let value = range.start; value <= range.stop; value += range.step) {
      const text = pattern(value) ?? words.fail(last, `an offset that leaves ${value} at 0 or above`);
      this.#generated(text, directive);
    }
  }

  /** A record made by $GENERATE stands, for messages, where the directive does. */
  #generated(text: string, { line, column }: Word): void {
    const entry = new ZoneLexer(text, this.#file).next();
    if (entry === undefined) return;
    const words = entry.words.map((word) => ({ ...word, line, column }));
    const end = { ...entry.end, line, column };
    this.#record(new Words(words, this.#file, this.#origin, end), { ...entry, words, end });
  }

  #record(words: Words, entry: Entry): void {
    const first = words.peek() ?? entry.end;
    const owner = this.#owner(words, entry);
    const { ttl, type } = this.#fields(words);
    const rdata = parseRdata(shapeFor(type, Class.IN), words);
    const record = { owner, type, class: Class.IN, ttl: ttl ?? this.#defaultTtl(first), rdata };
    this.#take(record, { file: this.#file, line: first.line, column: first.column });
  }

  #owner(words: Words, entry: Entry): Name {
    if (!entry.inheritsOwner) this.#state.owner = words.name('an owner name');
    return (
      this.#state.owner ??
      words.fail(entry.words[0] ?? entry.end, 'an owner name: no record stands before this one')
    );
  }

  /** `[TTL] [class] type` or `[class] [TTL] type`: RFC 1035 §5.1. */
  #fields(words: Words): { readonly ttl: number | undefined; readonly type: number } {
    let ttl: number | undefined;
    let hasClass = false;
    for (;;) {
      const word = words.take('a type');
      if (ttl === undefined && /^\d/.test(word.text)) {
        ttl = statedTtl(words, word);
        this.#state.ttlStated = ttl;
        continue;
      }
      const dnsClass = hasClass ? undefined : classNumber(word.text);
      if (dnsClass !== undefined && dnsClass !== Class.ANY) {
        if (dnsClass !== Class.IN) words.fail(word, 'IN, the only class served here');
        hasClass = true;
        continue;
      }
      return { ttl, type: this.#type(words, word) };
    }
  }

  #type(words: Words, word: Word): number {
    const type = typeNumber(word.text);
    if (type === undefined) {
      const meant = nearest(word.text.toUpperCase(), typeWords());
      return words.fail(
        word,
        `a type such as A or TYPE731${meant === undefined ? '' : ` (did you mean ${meant}?)`}`,
      );
    }
    // RFC 6895 §3.1: 0 is reserved, OPT and 128 to 255 exist in messages only.
    if (type === 0 || type === Type.OPT || (type >= 128 && type <= 255))
      return words.fail(word, 'a type of data: this one exists in messages only');
    return type;
  }

  /** RFC 2308 §4: not the SOA's MINIMUM, which is the TTL of negative answers. */
  #defaultTtl(place: Word): number {
    const ttl = this.#state.ttlDefault ?? this.#state.ttlStated;
    if (ttl !== undefined) return ttl;
    const { ttlOf } = this.#options;
    if (ttlOf === undefined) throw zoneError(this.#file, place, 'no TTL', 'a TTL here, or $TTL before');
    return ttlOf({ file: this.#file, line: place.line, column: place.column });
  }
}

/** A word as it stood there, in its quotes again. */
function written({ text, quoted }: Word): string {
  return quoted ? `"${text}"` : text;
}

function isTypeWord(text: string | undefined): boolean {
  return text !== undefined && typeNumber(text) !== undefined;
}

function statedTtl(words: Words, word: Word): number {
  const ttl = parseDuration(word.text);
  if (ttl === undefined || ttl > TTL_MAX)
    return words.fail(word, `a TTL in seconds, 0 to ${TTL_MAX}, or a time such as 1h30m`);
  return ttl;
}

/** The rdata of a type from its text alone, for tests, probes and configuration. */
export function parseRdataText(type: number, text: string, origin: Name = ROOT): Uint8Array {
  const entry = new ZoneLexer(text, 'rdata').next() ?? {
    words: [],
    end: { text: '', quoted: false, line: 1, column: 1 },
  };
  return parseRdata(shapeFor(type, Class.IN), new Words(entry.words, 'rdata', origin, entry.end));
}
