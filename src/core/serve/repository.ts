// The model repository extension (Triton, extension_model_repository.md): what there is, and what is held in memory.
import { HaversackError } from '../errors.ts';
import { z } from '../zod.ts';
import { jsonAnswer } from './answers.ts';
import { parseBody } from './parse-body.ts';
import type { IndexEntry, ProtocolAnswer, ProtocolAsk, ProtocolBackend, Target } from './service.ts';

const indexBodySchema = z.object({ ready: z.boolean().optional() });
const loadBodySchema = z.object({ parameters: z.record(z.string(), z.unknown()).optional() });

/** The body may be empty. */
export async function indexAnswer(ask: ProtocolAsk, backend: ProtocolBackend): Promise<ProtocolAnswer> {
  const { ready = false } = ask.body.length === 0 ? {} : parseBody(ask.body, indexBodySchema);
  const entries = await readable(await backend.index(), ask);
  return jsonAnswer(entries.filter(({ state }) => !ready || state === 'READY'));
}

/** Those of models that the caller may read. */
export async function readable(entries: readonly IndexEntry[], ask: ProtocolAsk): Promise<IndexEntry[]> {
  const { permit } = ask;
  if (!permit) return [...entries];
  const names = [...new Set(entries.map(({ name }) => name))];
  const allowed = new Set<string>();
  for (const name of names) {
    if (await isPermitted(name, permit)) allowed.add(name);
  }
  return entries.filter(({ name }) => allowed.has(name));
}

async function isPermitted(model: string, permit: NonNullable<ProtocolAsk['permit']>): Promise<boolean> {
  try {
    await permit(model, 'read');
    return true;
  } catch (error) {
    if (error instanceof HaversackError && ['Forbidden', 'Unauthorized'].includes(error.code)) return false;
    throw error;
  }
}

/**
 * Nothing is taken from the body but words that change nothing: a file in it would be a model that no one has signed.
 * @throws HaversackError `BadRequest` naming the parameter
 */
export async function loadAnswer(
  target: Target,
  ask: ProtocolAsk,
  backend: ProtocolBackend,
): Promise<ProtocolAnswer> {
  await ask.permit?.(target.model, 'admin');
  const refused = parametersOf(ask).find(name => name === 'config' || name.startsWith('file:'));
  if (refused !== undefined) {
    throw new HaversackError(
      'BadRequest',
      `the parameter ${refused.slice(0, 64)} would load what is not in the registry; push it as a version`,
    );
  }
  await backend.load(target);
  return jsonAnswer({ name: target.model, load: true });
}

export async function unloadAnswer(
  target: Target,
  ask: ProtocolAsk,
  backend: ProtocolBackend,
): Promise<ProtocolAnswer> {
  await ask.permit?.(target.model, 'admin');
  parametersOf(ask);
  await backend.unload(target);
  return jsonAnswer({ name: target.model, unload: true });
}

function parametersOf(ask: ProtocolAsk): string[] {
  if (ask.body.length === 0) return [];
  return Object.keys(parseBody(ask.body, loadBodySchema).parameters ?? {});
}
