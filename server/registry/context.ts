// What the registry's verbs work on. Made once by the server, or by a test.
import type { OpenSession } from '../../src/core/runtime/session.ts';
import type { BlobStore } from '../storage/blobs.ts';
import type { Database } from '../storage/database.ts';
import type { Checker } from './checker.ts';
import type { EventHub } from './events.ts';
import type { RegistryIdentity } from './key.ts';

export interface Log {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

export interface Registry {
  readonly database: Database;
  readonly blobs: BlobStore;
  readonly identity: RegistryIdentity;
  readonly events: EventHub;
  readonly openSession: OpenSession;
  /** The runtime behind `openSession`, as documents name it: `onnxruntime 1.30.0`. */
  readonly runtimeName: () => Promise<string>;
  /** Looks into uploads. */
  readonly checker: Checker;
  /** Before an alias means a version for all: whoever answers by alias gets ready. It may not be there; never rejects. */
  readonly beforeMove?: (model: string, version: number) => Promise<void>;
  readonly now: () => Date;
  readonly log: Log;
}

/** Who does something, for the audit: `admin-key`, `access-key:` and its id, `registry` (by itself), or a device's id. */
export type Actor = string;
