// The Library as a place where model files are dropped.
import type { ComponentChildren } from 'preact';
import { t } from '../../i18n/library.ts';
import { Icon } from '../../parts/icon.tsx';
import { ChooseFiles, DropTarget } from '../../parts/photo-drop.tsx';
import { bringFiles } from '../../state/bring-model.ts';
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
