// New model: teaching by showing. What the camera sees, what each thing is called, what it says now, and a model of it.
import { useEffect, useState } from 'preact/hooks';
import { type Failure, toFailure } from '../../../core/errors.ts';
import { t as common } from '../../i18n/common.ts';
import { t } from '../../i18n/new-model.ts';
import { LinkButton } from '../../parts/button.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { href, parseRoute, route } from '../../router.ts';
import { openTeaching, type Teaching } from '../../state/project.ts';
import { beginProject } from '../../state/projects.ts';
import '../../styles/camera.css';
import '../../styles/new-model.css';
import { TeachByShowing } from './teach-by-showing.tsx';

export default function NewModel() {
  const wanted = route.value.below[0] ?? null;
  const [teaching, setTeaching] = useState<Teaching | null>(null);
  const [problem, setProblem] = useState<Failure | null>(null);
  useEffect(() => {
    if (wanted !== null && wanted === teaching?.project.peek().id) return;
    let isWanted = true;
    setProblem(null);
    openWanted(wanted, [t('classLabel', { n: 1 }), t('classLabel', { n: 2 })]).then(
      opened => {
        if (!isWanted) return opened.dispose();
        setTeaching(before => {
          before?.dispose();
          return opened;
        });
        if (wanted === null) showAddress(opened.project.peek().id);
      },
      (thrown: unknown) => isWanted && setProblem(toFailure(thrown)),
    );
    return () => {
      isWanted = false;
    };
  }, [wanted]);
  useEffect(() => () => teaching?.dispose(), [teaching]);
  if (problem) {
    const anew = <LinkButton href={href('new')}>{t('startNew')}</LinkButton>;
    return (
      <>
        <h1>{t('title')}</h1>
        <ErrorNote failure={problem} action={anew} />
      </>
    );
  }
  if (!teaching) return <p class="soft">{common('loading')}</p>;
  return <TeachByShowing key={teaching.project.peek().id} teaching={teaching} />;
}

async function openWanted(id: string | null, labels: readonly string[]): Promise<Teaching> {
  return openTeaching(id ?? (await beginProject(labels)).id);
}

/** A reload, and whoever comes back, finds the same one. */
function showAddress(id: string): void {
  history.replaceState(null, '', href('new', [id]));
  route.value = parseRoute(location.hash);
}
