// Which part of Admin is looked at: read from the address, so that each can be linked to.
import { computed } from '@preact/signals';
import { href, route } from '../../router.ts';

export const modelParts = ['versions', 'rollout', 'about'] as const;
export type ModelPart = (typeof modelParts)[number];

export type Section =
  | { readonly at: 'models' | 'upload' | 'keys' | 'live' }
  | {
      readonly at: 'model';
      readonly model: string;
      readonly part: ModelPart;
      /** The version or alias that is looked at closely. */
      readonly item: string | null;
    }
  | {
      readonly at: 'devices';
      readonly device: string | null;
      /** What is searched for at first. */
      readonly find: string;
    }
  | { readonly at: 'audit'; readonly subject: string | null };

/** @param below the address below Admin. Anything unknown is the list of models. */
export function sectionOf([at, first, second, third]: readonly string[]): Section {
  switch (at) {
    case 'upload':
    case 'keys':
    case 'live':
      return { at };
    case 'devices':
      if (first === 'find') return { at, device: null, find: second ?? '' };
      return { at, device: first ?? null, find: '' };
    case 'audit':
      return { at, subject: first ?? null };
    case 'models': {
      if (first === undefined) return { at };
      const part = modelParts.find(known => known === second) ?? 'versions';
      return { at: 'model', model: first, part, item: third ?? null };
    }
    default:
      return { at: 'models' };
  }
}

export const section = computed<Section>(() => sectionOf(route.value.below));

/** Addresses of the parts. */
export const to = {
  models: () => href('admin', ['models']),
  upload: () => href('admin', ['upload']),
  keys: () => href('admin', ['keys']),
  live: () => href('admin', ['live']),
  devices: (device?: string) => href('admin', ['devices', ...(device === undefined ? [] : [device])]),
  devicesThat: (find: string) => href('admin', ['devices', 'find', find]),
  audit: (subject?: string) => href('admin', ['audit', ...(subject === undefined ? [] : [subject])]),
  model: (model: string, part: ModelPart = 'versions', item?: string | number) =>
    href('admin', ['models', model, part, ...(item === undefined ? [] : [String(item)])]),
};
