// One gesture from using to teaching: tap what it really is, and that is a labelled sample; of a model that was taught by showing rows
// here, an example of its project.
import { shownRecipe } from '../../../core/artifact/face.ts';
import type { Sample } from '../../../device/schema.ts';
import { t } from '../../i18n/use.ts';
import { LinkButton } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { LabelChoice } from '../../parts/label-choice.tsx';
import { href } from '../../router.ts';
import { candidates } from '../../state/candidates.ts';
import { label as keep, samples } from '../../state/samples.ts';
import { offerFrom, unlearnt } from '../../state/unlearnt.ts';
import type { VersionInUse } from '../../state/version.ts';

export function Correct(props: {
  readonly inUse: VersionInUse;
  readonly features: readonly number[];
  readonly answered: string | null;
  readonly source: Sample['source'];
}) {
  const { inUse, features, answered, source } = props;
  const { labels } = inUse.manifest;
  if (!labels || labels.length < 2) return null;
  const { manifest } = inUse;
  const choose = async (label: string): Promise<void> => {
    const isExample = manifest.recipe?.kind === shownRecipe && (await keepShown(inUse, features, label));
    if (!isExample) await keep({ manifest, features, label, source, answered });
  };
  const n = samples.value.length;
  const fresh = unlearnt(inUse.model, samples.value, candidates.value);
  const teach = (
    <LinkButton kind="quiet" icon="teach" href={href('teach', inUse.model)}>
      {n === 0 ? t('teachNone') : t('teachLink', { n })}
    </LinkButton>
  );
  return (
    <Card title={t('teachQuestion')} actions={teach}>
      <div class="stack-close">
        <LabelChoice labels={labels} name={t('teachChoose')} onChoose={label => void choose(label)} />
        {fresh >= offerFrom ? (
          <p class="small">
            <a href={href('teach', inUse.model)}>{t('offerToLearn', { n: fresh })}</a>
          </p>
        ) : (
          <p class="soft small">{t('teachText')}</p>
        )}
      </div>
    </Card>
  );
}

/** Projects are no part of the shell. @returns false where there is none of that model here that takes it, or nothing to reach it by */
async function keepShown(
  { model, manifest }: VersionInUse,
  features: readonly number[],
  label: string,
): Promise<boolean> {
  try {
    const { keepAsExample } = await import('../../state/row-corrections.ts');
    return await keepAsExample(model, manifest.interface.inputs[0], features, label);
  } catch (thrown) {
    console.error(thrown);
    return false;
  }
}
