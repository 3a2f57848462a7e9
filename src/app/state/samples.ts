// What people labelled on this device, by model.
import { signal } from '@preact/signals';
import type { Manifest } from '../../core/artifact/documents.ts';
import { toFailure } from '../../core/errors.ts';
import { addSample, listSamples, type Placing, removeSample } from '../../device/samples.ts';
import type { Sample } from '../../device/schema.ts';
import { t as common } from '../i18n/common.ts';
import { t } from '../i18n/use.ts';
import { toast } from '../parts/toast.tsx';
import { currentModel } from './current.ts';
import { errorToast } from './error-toast.ts';
import { need, type Services } from './services.ts';

/** Those of the current model, oldest first. */
export const samples = signal<readonly Sample[]>([]);

export async function loadSamples({ db }: Services): Promise<void> {
  const model = currentModel.value;
  const rows = model === null ? [] : await listSamples(db, model);
  if (model === currentModel.value) samples.value = rows;
}

/** Whether the rows that a version was trained on came with it. */
export function cameWithData({ artifacts }: Pick<Manifest, 'artifacts'>): boolean {
  return artifacts.dataset !== null;
}

/** What decides the part of a sample that is labelled for a version. */
export function placingOf(manifest: Pick<Manifest, 'artifacts'>): Placing {
  return cameWithData(manifest) ? 'content' : 'session';
}

/** Keeps a labelled sample, says so after the commit, and offers to take it back. */
export async function label({
  manifest,
  ...sample
}: {
  /** Of the version in use. */
  readonly manifest: Pick<Manifest, 'model' | 'artifacts'>;
  readonly features: readonly number[];
  readonly label: string;
  readonly source: Sample['source'];
  readonly answered: string | null;
}): Promise<boolean> {
  const { db } = need();
  try {
    const made = { ...sample, model: manifest.model, features: [...sample.features] };
    const kept = await addSample(db, made, placingOf(manifest));
    const undo = { label: common('undo'), run: () => void unlabel(kept.id) };
    toast(t('sampleKept', { label: sample.label }), undo, 'sample');
    return true;
  } catch (thrown) {
    errorToast(toFailure(thrown));
    return false;
  }
}

export async function unlabel(id: string): Promise<void> {
  try {
    await removeSample(need().db, id);
  } catch (thrown) {
    errorToast(toFailure(thrown));
  }
}
