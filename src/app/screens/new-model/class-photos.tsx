// What was shown of a class: photos, sounds or rows to select, and what can be done with those.
import type { VNode } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Example } from '../../../device/project-schemas.ts';
import type { ProjectClass } from '../../../device/projects.ts';
import { wordsOfShown } from '../../i18n/shown-or-row.ts';
import { Button } from '../../parts/button.tsx';
import { Thumbnails } from '../../parts/thumbnails.tsx';
import type { Teaching } from '../../state/project.ts';
import { createSoundPlayer } from '../../state/sound-player.ts';
import { RowLine } from './row-line.tsx';

export function ClassPhotos(props: {
  readonly teaching: Teaching;
  readonly of: ProjectClass;
  /** Newest first. */
  readonly photos: readonly Example[];
}) {
  const { teaching, of, photos } = props;
  const t = wordsOfShown(teaching.project.value.kind);
  const hear = useHearing(teaching);
  const lineOf = useLines(teaching);
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
        nameOf={n => t('nthPhoto', { n })}
        {...(hear && { onOpen: hear })}
        {...(lineOf && { lineOf })}
      />
      {selected.size === 0 ? null : (
        <div class="row thumbs-bar">
          <strong role="status">{t('selected', { n: selected.size })}</strong>
          {others.length > 0 ? (
            <MoveTo
              label={t('moveTo')}
              classes={others}
              onMove={to => act(some => teaching.move(some, to))}
            />
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

function MoveTo(props: {
  readonly label: string;
  readonly classes: readonly ProjectClass[];
  readonly onMove: (to: string) => void;
}) {
  return (
    <select
      class="select thumbs-move"
      aria-label={props.label}
      value=""
      onChange={event => {
        const to = event.currentTarget.value;
        if (to) props.onMove(to);
      }}
    >
      <option value="">{`${props.label}…`}</option>
      {props.classes.map(({ id, label }) => (
        <option key={id} value={id}>
          {label}
        </option>
      ))}
    </select>
  );
}

/** A row's numbers; null where there is a picture. */
function useLines(teaching: Teaching): ((id: string) => VNode) | null {
  const { kind } = teaching.project.value;
  return useMemo(() => {
    return kind === 'row' ? (id: string) => <RowLine key={id} id={id} read={teaching.readRow} /> : null;
  }, [teaching, kind]);
}

/** Plays one that was heard; null where they are looked at. */
function useHearing(teaching: Teaching): ((id: string) => void) | null {
  const player = useMemo(createSoundPlayer, []);
  useEffect(() => player.dispose, [player]);
  if (teaching.project.value.kind !== 'sound') return null;
  return id => void player.play(() => teaching.readSound(id));
}
