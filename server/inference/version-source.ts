// Where a Model Server has its models from. The registry is one; a test is another.
import type { Bytes } from '../../src/core/artifact/digest.ts';
import type { Recorded } from '../../src/core/artifact/recorded.ts';
import type { Serving } from '../../src/core/artifact/serving-api.ts';
import type { Offload } from '../../src/core/protocol/offload.ts';
import type { Description, Target } from '../../src/core/serve/service.ts';

/** A version as its documents have it. */
export interface VersionFacts extends Description {
  /** What it is: another version never has the same. */
  readonly digest: string;
  /** What its sessions are opened from. */
  readonly variant: string;
}

export interface VersionFiles {
  readonly file: Bytes;
  /** The version's own smoke test; null where it came without one. */
  readonly recorded: Recorded | null;
}

/** All throw HaversackError: `NotFound`, `VersionCollected`, and what reading files can. */
export interface VersionSource {
  /** Which version a path means, now. A number is itself, whether it is there or not. */
  resolve(target: Target): Promise<number>;
  facts(model: string, version: number): Promise<VersionFacts>;
  read(model: string, version: number): Promise<VersionFiles>;
  /** How the model is to be served, now. */
  serving(model: string): Promise<Serving>;
  /** What a client fetches to run it by itself; null where there is nothing to fetch. */
  offload(model: string, version: number): Promise<Offload | null>;
  /** All that can be asked for, of one model or of all, by model, newest first. */
  list(model?: string): Promise<readonly { readonly model: string; readonly version: number }[]>;
}
