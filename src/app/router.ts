// Where the reader is: `#/use/digits`. By hash, so that any server, and none, can answer a deep link.
import { signal } from '@preact/signals';

export const places = ['use', 'teach', 'judge', 'shrink', 'library', 'admin', 'settings'] as const;
export type Place = (typeof places)[number];

export interface Route {
  readonly place: Place;
  /** The model the place is about; null: the current one. */
  readonly model: string | null;
}

export const route = signal<Route>(parseRoute(location.hash));

/** @param hash such as `#/use/digits`; anything unknown is Use. */
export function parseRoute(hash: string): Route {
  const [place = '', model = ''] = hash.replace(/^#\/?/, '').split('/');
  const known = places.find(candidate => candidate === place);
  return { place: known ?? 'use', model: known && model ? safeDecode(model) : null };
}

function safeDecode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

export function href(place: Place, model: string | null = null): string {
  return model === null ? `#/${place}` : `#/${place}/${encodeURIComponent(model)}`;
}

export function navigate(place: Place, model: string | null = null): void {
  location.hash = href(place, model);
}

/** Follows the address bar. Answers a function that stops it. */
export function startRouter(): () => void {
  const onChange = () => {
    route.value = parseRoute(location.hash);
  };
  addEventListener('hashchange', onChange);
  onChange();
  return () => removeEventListener('hashchange', onChange);
}
