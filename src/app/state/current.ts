// The model that everything is about: the address's, else the one used last, else the first on this device.
import { computed, effect, signal } from '@preact/signals';
import { route } from '../router.ts';
import { candidates } from './candidates.ts';
import { activeByModel } from './installed.ts';

const storageKey = 'haversack.model';

const usedLast = signal<string | null>(remembered());

export const currentModel = computed<string | null>(() => {
  const { model } = route.value;
  // In the address also one of which nothing runs yet, but there is something to decide on.
  if (model !== null && candidates.value.some(row => row.model === model)) return model;
  const there = activeByModel.value;
  for (const wanted of [model, usedLast.value]) if (wanted && there.has(wanted)) return wanted;
  return there.keys().next().value ?? null;
});

export const currentActive = computed(() => {
  const model = currentModel.value;
  return model === null ? null : (activeByModel.value.get(model) ?? null);
});

/** Every screen is about `model` from now on. */
export function chooseModel(model: string): void {
  usedLast.value = model;
  try {
    localStorage.setItem(storageKey, model);
  } catch {
    // Private windows may refuse; then the choice lasts as long as the tab.
  }
  const { place } = route.value;
  if (route.value.model !== null && route.value.model !== model) {
    location.hash = `#/${place}/${encodeURIComponent(model)}`;
  }
}

/** A model in the address is remembered like one that was chosen. */
export function followAddress(): () => void {
  return effect(() => {
    const { model } = route.value;
    if (model !== null && activeByModel.value.has(model)) chooseModel(model);
  });
}

function remembered(): string | null {
  try {
    return localStorage.getItem(storageKey);
  } catch {
    return null;
  }
}
