// Whether a model that came without its data is held near what it answered before, and what that adds to a recipe.
import { signal } from '@preact/signals';
import { defaultDistillation, type TrainRecipe } from '../../../core/train/recipe.ts';
import { t } from '../../i18n/teach.ts';
import { Check } from '../../parts/field.tsx';

/** Outside the screen, so that the choice is there when the reader comes back. */
export const stayClose = signal(true);

/** The recipe with the choice said: what is left out would be decided by the worker. */
export function heldNear(recipe: TrainRecipe, close: boolean): TrainRecipe {
  return { ...recipe, distillation: { ...defaultDistillation, ...(!close && { weight: 0 }) } };
}

export function StayClose() {
  return (
    <div class="teach-wide">
      <Check
        checked={stayClose.value}
        onChange={checked => {
          stayClose.value = checked;
        }}
      >
        {t('stayClose')}
      </Check>
      <p class="small soft teach-share">{t('stayCloseHint')}</p>
    </div>
  );
}
