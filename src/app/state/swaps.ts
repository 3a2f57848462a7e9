// Versions that an update put into use: said once, quietly, with a way back.
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
