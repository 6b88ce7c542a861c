import type { FileReference, Place } from './place.ts';

/** How a zone is signed by its own server; undefined durations: the engine's own. */
export interface DnssecConfig {
  readonly keys: readonly SigningKeyConfig[];
  readonly denial: 'compact' | 'nsec';
  readonly validitySeconds: number | undefined;
  readonly renewSeconds: number | undefined;
  readonly jitterSeconds: number | undefined;
  /** Zones of this scenario that are signed, and lie below. */
  readonly children: readonly { readonly apex: string; readonly ds: 'follow' | 'frozen' }[];
}

export type SigningKeyConfig =
  | {
      readonly kind: 'files';
      /** Without `.key` and `.private`. */
      readonly name: string;
      readonly publicFile: FileReference;
      readonly privateFile: FileReference;
    }
  | {
      readonly kind: 'made';
      readonly role: 'csk' | 'ksk' | 'zsk';
      readonly algorithm: 13 | 15;
      /** Seconds from the start of the run. */
      readonly times: { readonly [Word in KeyMoment]: number | undefined };
      readonly place: Place;
    };

export type KeyMoment = 'publish' | 'activate' | 'inactive' | 'delete' | 'syncPublish' | 'syncDelete';
