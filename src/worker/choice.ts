// Which provider this device chose for a version: measured, kept in the store, never guessed.
import type { Database } from '../device/db.ts';
import { versionKey } from '../device/version-key.ts';
import { choiceSchema } from '../device/schema.ts';
import type { WebProvider } from './ort.ts';
import type { ProviderMeasurement, VersionRef } from './protocol.ts';

/** WASM until something was measured. A row that does not read counts as none: it is measured again. */
export async function chosenProvider(db: Database, ref: VersionRef): Promise<WebProvider> {
  const row = choiceSchema.safeParse(await db.get('choices', versionKey(ref.model, ref.version)));
  return row.success ? row.data.provider : 'wasm';
}

/** The fastest of those that agree with the record; WASM, the reference, where none does. */
export function fastestThatAgrees(measurements: readonly ProviderMeasurement[]): WebProvider {
  const [best] = measurements
    .filter(each => each.agrees && each.failure === null)
    .sort((a, b) => a.medianMs - b.medianMs);
  return best?.provider === 'webgpu' ? 'webgpu' : 'wasm';
}

export async function keepChoice(
  db: Database,
  ref: VersionRef,
  measurements: readonly ProviderMeasurement[],
): Promise<void> {
  await db.put('choices', {
    key: versionKey(ref.model, ref.version),
    provider: fastestThatAgrees(measurements),
    measuredAt: new Date().toISOString(),
    measurements: [...measurements],
  });
}
