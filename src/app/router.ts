// Where the reader is: `#/use/digits`. By hash, so that any server, and none, can answer a deep link.
import { signal } from '@preact/signals';

export const places = [
  'use',
  'teach',
  'judge',
  'shrink',
  'library',
  'new',
  'records',
  'collect',
  'admin',
  'settings',
] as const;
export type Place = (typeof places)[number];

export interface Route {
  readonly place: Place;
  /** The model the place is about; null: the current one. */
  readonly model: string | null;
  /** What stands below the place, decoded: what it means is the place's own business. */
  readonly below: readonly string[];
}

/** Their addresses go on with parts of their own, not with a model. */
const withParts: readonly Place[] = ['admin', 'new'];

export const route = signal<Route>(parseRoute(location.hash));

/** @param hash such as `#/use/digits`; anything unknown is Use. */
export function parseRoute(hash: string): Route {
  const [path = ''] = hash.replace(/^#\/?/, '').split('?');
  const [place = '', ...rest] = path.split('/');
  const known = places.find(candidate => candidate === place);
  if (!known) return { place: 'use', model: null, below: [] };
  const below = safeDecode(rest.filter(part => part !== ''));
  const model = withParts.includes(known) ? null : (below[0] ?? null);
  return { place: known, model, below };
}

/** Nothing of them where one is broken. */
function safeDecode(parts: readonly string[]): string[] {
  try {
    return parts.map(decodeURIComponent);
  } catch {
    return [];
  }
}

/** @param below the model that the place is about, or its parts from the top down; null: none */
export function href(place: Place, below: string | readonly string[] | null = null): string {
  const parts = typeof below === 'string' ? [below] : (below ?? []);
  return ['#', place, ...parts.map(encodeURIComponent)].join('/');
}

export function navigate(place: Place, below: string | readonly string[] | null = null): void {
  location.hash = href(place, below);
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
