// What is said of a route, for the API's description: in the same words for the OpenAPI document and the page made of it.
import type { ErrorCode } from '../../src/core/errors.ts';
import type { z } from '../../src/core/zod.ts';

/** JSON after a schema, which is a component of the document by its name. */
export interface JsonContent {
  readonly name: string;
  readonly schema: z.ZodType;
}

/** Anything else. */
export interface OtherContent {
  readonly type: string;
  readonly about: string;
}

export type Content = JsonContent | OtherContent;

export interface Example {
  /** For the `:name`s of the path. */
  readonly path?: Readonly<Record<string, string>>;
  /** With its `?`. */
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** What a server with the demo models answers to an admin. */
  readonly status: number;
}

export interface Operation {
  /** One line, in the imperative. */
  readonly summary: string;
  readonly about?: string;
  readonly query?: z.ZodObject;
  /** Request headers beyond those of HTTP itself: what each is for. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Content;
  /** What body and answer may be in place of JSON. */
  readonly alternative?: OtherContent;
  /** By status; null: without content. Errors come besides. */
  readonly answers: Readonly<Record<number, Content | null>>;
  /** Beside those that every route has: who are you, may you, what is that. */
  readonly errors?: readonly ErrorCode[];
  /** Null where it takes a signed document or a file: then `about` says where to read on. */
  readonly example: Example | null;
}

/** By their line in the access table. */
export type Operations = Readonly<Record<string, Operation>>;

export function json(name: string, schema: z.ZodType): JsonContent {
  return { name, schema };
}
