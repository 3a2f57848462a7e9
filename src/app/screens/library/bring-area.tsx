// The Library as a place where model files are dropped. What looks at them is fetched with the first.
import type { ComponentChildren, FunctionComponent } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { type Failure, toFailure } from '../../../core/errors.ts';
import { t } from '../../i18n/library.ts';
import { ErrorNote } from '../../parts/error-note.tsx';
import { Icon } from '../../parts/icon.tsx';
import { ChooseFiles, DropTarget } from '../../parts/photo-drop.tsx';
import { bringFiles, bringing } from '../../state/bring-model.ts';
import type { GivenFile } from '../../state/given-files.ts';

const take = (files: readonly GivenFile[]): void => void bringFiles(files);

export function BringArea({ children }: { readonly children: ComponentChildren }) {
  return (
    <DropTarget class="stack" onFiles={take}>
      {children}
    </DropTarget>
  );
}

/** For who has nothing to drag: a phone, a keyboard. */
export function BringButton() {
  return (
    <ChooseFiles onFiles={take}>
      <Icon name="file" />
      {t('bring')}
    </ChooseFiles>
  );
}

/** What was brought, until it is kept or left. */
export function Brought() {
  const [loaded, setLoaded] = useState<{ readonly Bring: FunctionComponent } | null>(null);
  const [problem, setProblem] = useState<Failure | null>(null);
  const isWanted = bringing.value.phase !== 'empty';
  useEffect(() => {
    if (!isWanted || loaded) return;
    setProblem(null);
    import('./bring.tsx').then(
      ({ default: Bring }) => setLoaded({ Bring }),
      (thrown: unknown) => setProblem(toFailure(thrown, 'Offline')),
    );
  }, [isWanted, loaded]);
  if (problem && isWanted) return <ErrorNote failure={problem} />;
  return loaded && <loaded.Bring />;
}
