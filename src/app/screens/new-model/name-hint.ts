// What a name means for what is about to be made of a project.
import { useEffect, useState } from 'preact/hooks';
import { meaningOfKind, type ShownKind } from '../../../core/teach/shown-kind.ts';
import { type NextParent, parentOfNext } from '../../../device/founding.ts';
import { t } from '../../i18n/new-model.ts';
import { catalogue } from '../../state/catalogue.ts';
import { installedByModel } from '../../state/installed.ts';
import { need } from '../../state/services.ts';

/**
 * Another version of a model that was begun here; a name of one that takes something else, or that is somebody else's; or one
 * that is free.
 * @param kind of what the project is shown
 */
export function useNameHint(name: string, kind: ShownKind): string {
  const [next, setNext] = useState<{ readonly of: string; readonly parent: NextParent | null } | null>(null);
  const isTaken =
    installedByModel.value.has(name) || (catalogue.value ?? []).some(summary => summary.model === name);
  useEffect(() => {
    if (!isTaken) return;
    let isCurrent = true;
    parentOfNext(need().db, name).then(
      parent => {
        if (isCurrent) setNext({ of: name, parent });
      },
      // Not known then: what is made is stored all the same, and Judge tells where it goes.
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [name, isTaken]);
  if (!isTaken || next?.of !== name) return t('nameHint');
  if (!next.parent) return t('nameOthers');
  const { takes } = next.parent;
  return takes === null || takes === meaningOfKind[kind] ? t('nameTaken') : t('nameOfOtherKind');
}
