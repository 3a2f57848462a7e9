// Which models a person means by a few letters or a tag.
import type { ModelDetail, ModelQuery } from '../../src/core/artifact/registry-api.ts';

/** Without regard to case: `q` anywhere in the name, a tag or the card; `tag` a whole tag. */
export function searchModels(models: readonly ModelDetail[], { q, tag }: ModelQuery): ModelDetail[] {
  const text = q?.toLowerCase() ?? '';
  const wanted = tag?.toLowerCase();
  return models.filter(
    ({ model, tags, card }) =>
      [model, ...tags, card].some(each => each.toLowerCase().includes(text)) &&
      (wanted === undefined || tags.includes(wanted)),
  );
}
