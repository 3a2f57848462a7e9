// What was shown of a class: photos to select, and what can be done with those.
import { useState } from 'preact/hooks';
import type { Example } from '../../../device/project-schemas.ts';
import type { ProjectClass } from '../../../device/projects.ts';
import { t } from '../../i18n/photo.ts';
import { Button } from '../../parts/button.tsx';
import { Thumbnails } from '../../parts/thumbnails.tsx';
import type { Teaching } from '../../state/project.ts';

export function ClassPhotos(props: {
  readonly teaching: Teaching;
  readonly of: ProjectClass;
  /** Newest first. */
  readonly photos: readonly Example[];
}) {
  const { teaching, of, photos } = props;
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const ids = photos.map(({ id }) => id);
  // What went elsewhere meanwhile is not selected any more.
  const selected = new Set(ids.filter(id => chosen.has(id)));
  const others = teaching.project.value.classes.filter(({ id }) => id !== of.id);
  const act = (what: (ids: readonly string[]) => Promise<void>): void => {
    setChosen(new Set());
    void what([...selected]);
  };
  const remove = (): void => act(teaching.removeExamples);
  return (
    <>
      <Thumbnails
        label={t('photosOf', { name: of.label })}
        photos={ids}
        read={teaching.readThumbnail}
        selected={selected}
        onSelect={setChosen}
        onRemove={remove}
      />
      {selected.size === 0 ? null : (
        <div class="row thumbs-bar">
          <strong role="status">{t('selected', { n: selected.size })}</strong>
          {others.length > 0 ? (
            <select
              class="select thumbs-move"
              aria-label={t('moveTo')}
              value=""
              onChange={event => {
                const to = event.currentTarget.value;
                if (to) act(some => teaching.move(some, to));
              }}
            >
              <option value="">{`${t('moveTo')}…`}</option>
              {others.map(({ id, label }) => (
                <option key={id} value={id}>
                  {label}
                </option>
              ))}
            </select>
          ) : null}
          <Button icon="remove" onClick={remove}>
            {t('removeSelected')}
          </Button>
          <Button kind="quiet" onClick={() => setChosen(new Set())}>
            {t('clearSelection')}
          </Button>
        </div>
      )}
    </>
  );
}
