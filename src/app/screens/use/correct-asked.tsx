// One tap says what it really is: an example of the project that made the model, where that is on this device; else a record.
import { useEffect, useState } from 'preact/hooks';
import type { Project } from '../../../device/project-schemas.ts';
import { t as use } from '../../i18n/use.ts';
import { askedWords } from '../../i18n/use-asked.ts';
import { LinkButton } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { LabelChoice } from '../../parts/label-choice.tsx';
import { href } from '../../router.ts';
import { correctAnswer, type Subject } from '../../state/kept-answers.ts';
import { projectOfModel } from '../../state/projects.ts';
import { answeredOf, type AskedProps } from './asked-details.tsx';

export function CorrectAsked<S extends Subject>({ inUse, asking, kind }: AskedProps<S>) {
  const t = askedWords(kind);
  const project = useProject(inUse.model);
  const labels = project ? project.classes.map(({ label }) => label) : inUse.manifest.labels;
  if (!labels || labels.length < 2) return null;
  const correct = async (subject: S, label: string): Promise<boolean> => {
    const answered = await answeredOf(asking, subject);
    return answered !== null && correctAnswer({ ...answered, label, project });
  };
  const choose = (label: string): void => {
    const subject = asking.toSay();
    if (subject) void asking.goOn(correct(subject, label));
  };
  const teach = project ? (
    <LinkButton kind="quiet" icon="teach" href={href('new', [project.id])}>
      {use('teachNone')}
    </LinkButton>
  ) : null;
  return (
    <Card title={use('teachQuestion')} actions={teach}>
      <div class="stack-close">
        <LabelChoice labels={labels} name={use('teachChoose')} onChoose={choose} />
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
