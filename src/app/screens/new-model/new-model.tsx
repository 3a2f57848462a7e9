// New model: teaching by showing. What is seen or heard, what each thing is called, what it says now, and a model of it.
import { useEffect, useState } from 'preact/hooks';
import { type Failure, toFailure } from '../../../core/errors.ts';
import { shownKinds } from '../../../core/teach/shown-kind.ts';
import { t as common } from '../../i18n/common.ts';
import { t } from '../../i18n/new-model.ts';
import { LinkButton } from '../../parts/button.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { href, parseRoute, route } from '../../router.ts';
import { openTeaching, type Teaching } from '../../state/project.ts';
import { beginProject } from '../../state/projects.ts';
import '../../styles/camera.css';
import '../../styles/new-model.css';
import { ChooseKind } from './choose-kind.tsx';
import { TeachByShowing } from './teach-by-showing.tsx';

export default function NewModel() {
  const [wanted] = route.value.below;
  return wanted === undefined ? <ChooseKind /> : <Wanted wanted={wanted} />;
}

/** @param wanted a project's id, or what a new one is to learn from */
function Wanted({ wanted }: { readonly wanted: string }) {
  const [teaching, setTeaching] = useState<Teaching | null>(null);
  const [problem, setProblem] = useState<Failure | null>(null);
  useEffect(() => {
    if (wanted === teaching?.project.peek().id) return;
    let isWanted = true;
    setProblem(null);
    openWanted(wanted).then(
      opened => {
        if (!isWanted) return opened.dispose();
        setTeaching(before => {
          before?.dispose();
          return opened;
        });
        showAddress(opened.project.peek().id);
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

async function openWanted(wanted: string): Promise<Teaching> {
  const kind = shownKinds.find(each => each === wanted);
  if (!kind) return openTeaching(wanted);
  // A table says itself which classes there are.
  const labels = kind === 'row' ? [] : [1, 2].map(n => t('classLabel', { n }));
  return openTeaching((await beginProject(kind, labels)).id);
}

/** A reload, and whoever comes back, finds the same one. */
function showAddress(id: string): void {
  if (route.peek().below[0] === id) return;
  history.replaceState(null, '', href('new', [id]));
  route.value = parseRoute(location.hash);
}
