// How a model is named on the command line: MODEL, MODEL@N, MODEL@ALIAS, or a file's path.
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { aliasNameSchema, modelNameSchema, versionNumberSchema } from '../../src/core/artifact/names.ts';
import { z } from '../../src/core/zod.ts';
import { UsageError } from './failure.ts';
import type { Io } from './io.ts';

export interface ModelName {
  readonly model: string;
  /** A version, an alias, or null where none was named. */
  readonly at: number | string | null;
}

/** @throws UsageError where the name has a form that no model has */
export function parseModelName(text: string): ModelName {
  const [name = '', at, ...rest] = text.split('@');
  const model = modelNameSchema.safeParse(name);
  if (!model.success) throw badName(text, z.prettifyError(model.error));
  if (at === undefined) return { model: name, at: null };
  const parsed = (/^\d+$/.test(at) ? versionNumberSchema : aliasNameSchema).safeParse(
    /^\d+$/.test(at) ? Number(at) : at,
  );
  if (!parsed.success || rest.length > 0) throw badName(text, 'after @ comes a version or an alias');
  return { model: name, at: parsed.data };
}

function badName(text: string, why: string): UsageError {
  return new UsageError(`"${text}": ${why}.`, 'Name a model like digits, digits@2 or digits@production.');
}

/** The absolute path where `text` names a file: one that is there, or a spelling that only a path has. */
export async function asFile(io: Io, text: string): Promise<string | null> {
  const path = resolve(io.cwd, text);
  if (/[/\\]|\.onnx$/.test(text)) return path;
  const found = await stat(path).catch(() => null);
  return found?.isFile() === true ? path : null;
}
