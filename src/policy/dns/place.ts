/** A continent, a country of it, or a subdivision of that: the shorter holds the longer. */
export interface Place {
  /** Such as `EU`. */
  readonly continent: string;
  /** ISO 3166-1, such as `DE`. */
  readonly country: string | undefined;
  /** The part of ISO 3166-2 after the dash, such as `BE`. */
  readonly subdivision: string | undefined;
}

/** Countries of ISO 3166-1 (and XK) by continent; where two could claim one, as databases of places do. */
const COUNTRIES: Readonly<Record<string, string>> = {
  AF:
    'AO BF BI BJ BW CD CF CG CI CM CV DJ DZ EG EH ER ET GA GH GM GN GQ GW KE KM LR LS LY MA MG ML MR MU MW MZ NA NE NG RE RW SC SD ' +
    'SH SL SN SO SS ST SZ TD TF TG TN TZ UG YT ZA ZM ZW IO',
  AN: 'AQ BV GS HM',
  AS:
    'AE AF AM AZ BD BH BN BT CN CY GE HK ID IL IN IQ IR JO JP KG KH KP KR KW KZ LA LB LK MM MN MO MV MY NP OM PH PK PS QA SA SG SY TH ' +
    'TJ TL TM TR TW UZ VN YE',
  EU:
    'AD AL AT AX BA BE BG BY CH CZ DE DK EE ES FI FO FR GB GG GI GR HR HU IE IM IS IT JE LI LT LU LV MC MD ME MK MT NL NO PL PT RO RS ' +
    'RU SE SI SJ SK SM UA VA XK',
  NA: 'AG AI AW BB BL BM BQ BS BZ CA CR CU CW DM DO GD GL GP GT HN HT JM KN KY LC MF MQ MS MX NI PA PM PR SV SX TC TT US VC VG VI',
  OC: 'AS AU CC CK CX FJ FM GU KI MH MP NC NF NR NU NZ PF PG PN PW SB TK TO TV UM VU WF WS',
  SA: 'AR BO BR CL CO EC FK GF GY PE PY SR UY VE',
};

const CONTINENT_OF: ReadonlyMap<string, string> = new Map(
  Object.entries(COUNTRIES).flatMap(([continent, countries]) =>
    countries.split(' ').map((country) => [country, continent] as const),
  ),
);

const PLACE_EXPECTED =
  'a place such as EU, EU-DE or NA-US-CA: continent (AF AN AS EU NA OC SA), country, subdivision; "*" for who is left';

/** Why a text is no place. */
export interface PlaceFault {
  readonly fault: string;
}

/** `NA-US-CA`, each part after the one that holds it. */
export function parsePlace(text: string): Place | PlaceFault {
  const [continent = '', country, subdivision, more] = text.split('-');
  if (COUNTRIES[continent] === undefined || more !== undefined) return { fault: PLACE_EXPECTED };
  if (country === undefined) return { continent, country, subdivision };
  const home = CONTINENT_OF.get(country);
  if (home === undefined) return { fault: `a country of ISO 3166: ${country} is none` };
  if (home !== continent) return { fault: `${home}-${country}: it is on that continent` };
  if (subdivision !== undefined && !/^[A-Z0-9]{1,3}$/.test(subdivision))
    return { fault: 'a subdivision of one to three capitals and digits' };
  return { continent, country, subdivision };
}

export function formatPlace({ continent, country, subdivision }: Place): string {
  return [continent, country, subdivision].filter((part) => part !== undefined).join('-');
}

/** The place of a country by its code, as a database gives it; undefined where it is none that we know. */
export function placeOfCountry(country: string, subdivision: string | undefined): Place | undefined {
  const continent = CONTINENT_OF.get(country);
  return continent === undefined ? undefined : { continent, country, subdivision };
}

/** Words of a place as numbers: continent, country, subdivision, 0 where it has none. */
export const PLACE_WORDS = 3;

export function writePlace({ continent, country, subdivision }: Place, into: Int32Array, at: number): void {
  into[at] = packed(continent);
  into[at + 1] = packed(country);
  into[at + 2] = packed(subdivision);
}

/** Up to three characters as one number, never 0. */
function packed(text: string | undefined): number {
  if (text === undefined) return 0;
  let value = 1;
  for (let index = 0; index < text.length; index++) value = value * 128 + text.charCodeAt(index);
  return value;
}

/** How many of its parts the place has in common with `client`, which must be all of them; 0 where it is another place. */
export function matchPlace(place: Int32Array, at: number, client: Int32Array): number {
  let parts = 0;
  for (let word = 0; word < PLACE_WORDS; word++) {
    const wanted = place[at + word] ?? 0;
    if (wanted === 0) break;
    if (wanted !== client[word]) return 0;
    parts++;
  }
  return parts;
}
