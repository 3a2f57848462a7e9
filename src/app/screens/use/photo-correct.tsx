// One tap says what it really is: an example of the project that made the model, where that is on this device; else a record.
import { useEffect, useState } from 'preact/hooks';
import type { Project } from '../../../device/project-schemas.ts';
import { t as use } from '../../i18n/use.ts';
import { t } from '../../i18n/use-photo.ts';
import { LinkButton } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { LabelChoice } from '../../parts/label-choice.tsx';
import { href } from '../../router.ts';
import type { Answer } from '../../state/answers.ts';
import { correctAnswer } from '../../state/photo-answers.ts';
import { projectOfModel } from '../../state/projects.ts';
import type { VersionInUse } from '../../state/version.ts';

export function PhotoCorrect(props: {
  readonly inUse: VersionInUse;
  readonly answer: Answer;
  readonly asked: () => OffscreenCanvas | null;
  readonly onDone: () => void;
}) {
  const { inUse, answer, asked, onDone } = props;
  const project = useProject(inUse.model);
  const labels = project ? project.classes.map(({ label }) => label) : inUse.manifest.labels;
  if (!labels || labels.length < 2) return null;
  const choose = async (label: string): Promise<void> => {
    const canvas = asked();
    if (!canvas) return;
    if (await correctAnswer({ inUse, answer, canvas, label, project })) onDone();
  };
  const teach = project ? (
    <LinkButton kind="quiet" icon="teach" href={href('new', [project.id])}>
      {use('teachNone')}
    </LinkButton>
  ) : null;
  return (
    <Card title={use('teachQuestion')} actions={teach}>
      <div class="stack-close">
        <LabelChoice labels={labels} name={use('teachChoose')} onChoose={label => void choose(label)} />
        <p class="soft small">{project ? t('becomesExample') : t('becomesRecord')}</p>
      </div>
    </Card>
  );
}

function useProject(model: string): Project | null {
  const [project, setProject] = useState<Project | null>(null);
  useEffect(() => {
    let wanted = true;
    projectOfModel(model).then(
      found => wanted && setProject(found),
      (thrown: unknown) => console.error(thrown),
    );
    return () => {
      wanted = false;
    };
  }, [model]);
  return project;
}
