// What a name means for what is about to be made of a project.
import { useEffect, useState } from 'preact/hooks';
import { parentOfNext } from '../../../device/founding.ts';
import { t } from '../../i18n/new-model.ts';
import { catalogue } from '../../state/catalogue.ts';
import { installedByModel } from '../../state/installed.ts';
import { need } from '../../state/services.ts';

/** Another version of a model that was begun here; a name that is somebody else's; or one that is free. */
export function useNameHint(name: string): string {
  const [next, setNext] = useState<{ readonly of: string; readonly isOurs: boolean } | null>(null);
  const isTaken =
    installedByModel.value.has(name) || (catalogue.value ?? []).some(summary => summary.model === name);
  useEffect(() => {
    if (!isTaken) return;
    let isCurrent = true;
    parentOfNext(need().db, name).then(
      parent => {
        if (isCurrent) setNext({ of: name, isOurs: parent !== null });
      },
      // Not known then: what is made is stored all the same, and Judge tells where it goes.
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [name, isTaken]);
  if (!isTaken || next?.of !== name) return t('nameHint');
  return next.isOurs ? t('nameTaken') : t('nameOthers');
}
