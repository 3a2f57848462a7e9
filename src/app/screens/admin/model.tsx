// One model: its versions, its aliases with their rollouts, and what is said about it.
import { t } from '../../i18n/admin.ts';
import { LinkButton } from '../../parts/button.tsx';
import { Empty } from '../../parts/empty.tsx';
import { SectionNav } from '../../parts/section-nav.tsx';
import { About } from './about.tsx';
import { Tags } from './models.tsx';
import { Rollouts } from './rollouts.tsx';
import { type ModelPart, modelParts, to } from './section.ts';
import { admin } from './session.ts';
import { Versions } from './versions.tsx';

const partNames = { versions: 'partVersions', rollout: 'partRollout', about: 'partAbout' } as const;

export function ModelPage(props: {
  readonly model: string;
  readonly part: ModelPart;
  readonly item: string | null;
}) {
  const { model, part, item } = props;
  const summary = admin.models.value.find(one => one.model === model) ?? null;
  const back = (
    <LinkButton kind="quiet" icon="back" href={to.models()}>
      {t('allModels')}
    </LinkButton>
  );
  if (summary === null) {
    return (
      <Empty icon="library" title={t('modelGone', { model })} action={back}>
        {t('modelGoneHint')}
      </Empty>
    );
  }
  return (
    <div class="stack">
      <div class="row admin-model-head">
        {back}
        <h2 class="mono">{model}</h2>
        <Tags tags={summary.tags} />
      </div>
      <SectionNav
        label={model}
        current={part}
        links={modelParts.map(id => ({ id, label: t(partNames[id]), href: to.model(model, id) }))}
      />
      {part === 'versions' ? <Versions model={summary} chosen={item} /> : null}
      {part === 'rollout' ? <Rollouts model={summary} chosen={item} /> : null}
      {part === 'about' ? <About summary={summary} /> : null}
    </div>
  );
}
