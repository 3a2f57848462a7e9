// What this device made: candidates, as the database says.
import { signal } from '@preact/signals';
import { listCandidates } from '../../device/candidates.ts';
import type { CandidateRow } from '../../device/schema.ts';
import type { Services } from './services.ts';

export const candidates = signal<readonly CandidateRow[]>([]);

export async function loadCandidates({ db }: Services): Promise<void> {
  candidates.value = await listCandidates(db);
}
