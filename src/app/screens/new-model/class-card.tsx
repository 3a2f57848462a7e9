// One class: its name in place, recording, files, and what was shown of it so far.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { t } from '../../i18n/new-model.ts';
import { wordsOfShown } from '../../i18n/shown-or-row.ts';
import { teachingWords } from '../../i18n/teaching.ts';
import type { ShownKind } from '../../../device/project-schemas.ts';
import type { ProjectClass } from '../../../device/projects.ts';
import { Button } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { ChooseFiles, DropTarget } from '../../parts/photo-drop.tsx';
import { draggedPhotos } from '../../parts/thumbnails.tsx';
import type { Teaching } from '../../state/project.ts';
import { ClassPhotos } from './class-photos.tsx';
import { bringFiles } from './bring-in.ts';

const accepted = {
  photo: 'image/*',
  sound: 'audio/*',
  row: '.csv,.tsv,.tab,.txt,text/csv,text/tab-separated-values,text/plain',
} as const satisfies Record<ShownKind, string>;

export interface ClassCardProps {
  readonly teaching: Teaching;
  readonly of: ProjectClass;
  readonly index: number;
  /** How it is recorded. */
  readonly children: ComponentChildren;
}

export function ClassCard({ teaching, of, index, children }: ClassCardProps) {
  const { kind } = teaching.project.value;
  const shown = wordsOfShown(kind);
  const photos = teaching.byClass.value.get(of.id) ?? [];
  const onOther = (data: DataTransfer): boolean => {
    const ids = data.getData(draggedPhotos);
    if (ids) void teaching.move(ids.split('\n'), of.id);
    return ids !== '';
  };
  return (
    <DropTarget
      class="card class-card"
      onFiles={files => void bringFiles(teaching, of.id, files)}
      onOther={onOther}
    >
      <section aria-label={of.label} class="stack-close">
        <div class="class-head">
          <ClassName teaching={teaching} of={of} index={index} />
          <span class="soft small numbers" role="status">
            {shown('photos', { n: photos.length })}
          </span>
          <Button
            kind="quiet"
            icon="remove"
            label={t('removeClass', { name: of.label })}
            onClick={() => void teaching.removeClass(of.id)}
          />
        </div>
        {of.isNone && photos.length === 0 ? (
          <p class="soft small">{teachingWords(kind)('addNoneWhy')}</p>
        ) : null}
        <div class="class-ways">
          {children}
          <ChooseFiles
            accept={accepted[kind]}
            isIcon
            label={shown('choosePhotosOf', { name: of.label })}
            onFiles={files => void bringFiles(teaching, of.id, files)}
          >
            <Icon name="file" />
          </ChooseFiles>
        </div>
        {photos.length > 0 ? <ClassPhotos teaching={teaching} of={of} photos={photos} /> : null}
      </section>
    </DropTarget>
  );
}

/** What was typed counts when the field is left or Enter is pressed; what cannot be a name goes back. */
function ClassName({ teaching, of, index }: Pick<ClassCardProps, 'teaching' | 'of' | 'index'>) {
  const [typed, setTyped] = useState<string | null>(null);
  const isTaken = (label: string): boolean =>
    teaching.project.value.classes.some(other => other.id !== of.id && other.label === label);
  const wrong = typed !== null && isTaken(typed.trim());
  const settle = (): void => {
    const label = typed?.trim();
    setTyped(null);
    if (label && label !== of.label && !isTaken(label)) void teaching.renameClass(of.id, label);
  };
  return (
    <span class="class-name">
      <input
        class="input"
        aria-label={t('className', { n: index + 1 })}
        aria-invalid={wrong ? 'true' : undefined}
        value={typed ?? of.label}
        maxLength={256}
        autocomplete="off"
        enterkeyhint="done"
        onFocus={event => event.currentTarget.select()}
        onInput={event => setTyped(event.currentTarget.value)}
        onBlur={settle}
        onKeyDown={event => {
          if (event.key === 'Enter') event.currentTarget.blur();
          if (event.key === 'Escape') setTyped(null);
        }}
      />
      {wrong ? (
        <span class="field-error" role="alert">
          {t('classWrong')}
        </span>
      ) : null}
    </span>
  );
}

/** One more class, and the one for everything else once there is something else. */
export function AddClass({ teaching }: { readonly teaching: Teaching }) {
  const { classes, kind } = teaching.project.value;
  const words = teachingWords(kind);
  const canNone = classes.length >= 2 && !classes.some(one => one.isNone);
  return (
    <div class="row">
      <Button icon="add" onClick={() => void teaching.addClass(freeLabel(classes))}>
        {t('addClass')}
      </Button>
      {canNone ? (
        <Button icon="add" onClick={() => void teaching.addClass(words('noneOf'), true)}>
          {words('addNone')}
        </Button>
      ) : null}
    </div>
  );
}

/** The first "Class n" that is free. */
export function freeLabel(classes: readonly ProjectClass[]): string {
  const taken = new Set(classes.map(one => one.label));
  for (let n = classes.length + 1; ; n++) {
    const label = t('classLabel', { n });
    if (!taken.has(label)) return label;
  }
}
