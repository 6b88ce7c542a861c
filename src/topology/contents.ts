import type { RecordedDatagram } from '../codec/datagrams.ts';
import type { IncludeFault } from '../codec/dns/zone-text.ts';
import type { FileReference } from '../config/place.ts';
import type { GeoLookup } from '../policy/dns/group.ts';
import type { FileSource } from '../store/file-table.ts';

/** What the files of a scenario hold; handed in, since this room opens nothing. */
export interface Contents {
  /** All octets of a named file. */
  octets(file: FileReference): Uint8Array;
  /** A named file that may be large, read in pieces. */
  source(file: FileReference): FileSource;
  /** Every file under a named folder, by its path from there with `/` between its parts, sorted by name. */
  folder(folder: FileReference): readonly { readonly name: string; readonly source: FileSource }[];
  /** The datagrams of a named recording; left out, there are none. Throws `ScenarioError` for what is no recording. */
  recording?(file: FileReference): readonly RecordedDatagram[];
  /** The text of a file that a named zone includes, from the zone's own folder; left out, nothing is included. */
  beside?(zone: FileReference, name: string): string | IncludeFault;
  /** A named database of places by address; left out, there is none. Throws `ScenarioError` for what is no such file. */
  places?(database: FileReference): GeoLookup;
}
