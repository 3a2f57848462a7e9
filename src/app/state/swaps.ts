// Versions that an update put into use, or that failed their trial: said once, quietly, with a way back.
import { signal } from '@preact/signals';
import { goBackTo } from './installed.ts';

export interface Swap {
  readonly model: string;
  readonly version: number;
}

export const swapped = signal<readonly Swap[]>([]);

export function noteSwap(swap: Swap): void {
  swapped.value = [...swapped.value.filter(known => known.model !== swap.model), swap];
}

export function dismissSwap(model: string): void {
  swapped.value = swapped.value.filter(known => known.model !== model);
}

export async function goBack(swap: Swap): Promise<void> {
  if (await goBackTo(swap.model)) dismissSwap(swap.model);
}

export interface RolledBack extends Swap {
  readonly from: number;
  readonly problem: string;
}

/** Versions that did not answer as they were recorded: what ran before goes on. */
export const rolledBack = signal<readonly RolledBack[]>([]);

export function noteRolledBack(news: RolledBack): void {
  rolledBack.value = [...rolledBack.value.filter(known => known.model !== news.model), news];
}

export function dismissRolledBack(model: string): void {
  rolledBack.value = rolledBack.value.filter(known => known.model !== model);
}
