// From when on the app needs no network.
import type { Page } from 'playwright';
import { expect } from 'vitest';

/** Waits until the page's service worker answers for it, and all that computes on WASM is kept. */
export async function keptOffline(page: Page): Promise<void> {
  await expect.poll(() => page.evaluate(isKept), { timeout: 60_000 }).toBe(true);
}

/** In the page. */
async function isKept(): Promise<boolean> {
  if (!navigator.serviceWorker.controller) return false;
  const { wasm } = (await (await fetch('/runtime.json')).json()) as { wasm: string[] };
  const kept = await Promise.all(wasm.map(path => caches.match(path)));
  return kept.every(Boolean);
}
