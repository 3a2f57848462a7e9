// What primary and front tell each other now and then: in JSON, for it is rare. Both are the same build.
import type { Description, Target } from '../../src/core/serve/service.ts';
import type { ModelMetadata } from '../../src/core/protocol/messages.ts';
import type { LogLevel } from '../telemetry/log-level.ts';
import type { Counts } from './counts.ts';

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** The first that a front hears. */
export interface FrontSettings {
  readonly host: string;
  readonly port: number;
  readonly tls: Certificate | null;
  readonly logLevel: LogLevel;
  readonly slowMs: number;
  /** Where the primary takes what a front does not answer: a Unix socket. */
  readonly inner: string;
}

export type TellFront =
  | { readonly kind: 'start'; readonly settings: FrontSettings }
  | { readonly kind: 'certificate'; readonly certificate: Certificate }
  /** Take nothing new, end what is under way, then yourself. */
  | { readonly kind: 'drain' };

export type TellPrimary =
  | { readonly kind: 'listening'; readonly port: number }
  /** `code` as the system has it: `EADDRINUSE`. */
  | { readonly kind: 'failed'; readonly code: string | null; readonly message: string }
  | { readonly kind: 'counts'; readonly counts: Counts };

/** What is not said with an arrival, and seldom wanted. */
export type Ask =
  { readonly kind: 'resolve'; readonly target: Target } | { readonly kind: 'metadata' | 'describe' };

/** To `resolve` the number; the others are of the version that was resolved last. */
export type AskAnswer = number | ModelMetadata | Description | null;
