// How far the learning is, how often it is right, said with as much weight as so few photos bear, and what is missing.
import { teachingWords } from '../../i18n/teaching.ts';
import { Note } from '../../parts/note.tsx';
import type { Teaching } from '../../state/project.ts';
import { type Missing, missingFrom } from './missing.ts';

/** Held-out photos below which the share says little: its interval is wider than a third. */
const fewHeldOut = 30;

export function Standing({ teaching }: { readonly teaching: Teaching }) {
  const standing = teaching.standing.value;
  const t = teachingWords(teaching.project.value.kind);
  const missing = missingFrom(teaching.project.value.classes, teaching.byClass.value);
  return (
    <section class="stack-close" aria-live="polite">
      {missing ? <p>{say(missing, t)}</p> : null}
      {standing && (!missing || missing.kind === 'balance') ? (
        <>
          <p class="numbers">
            {standing.pending > 0
              ? t('learning', { n: standing.pending })
              : t('learnt', { n: standing.examples })}
          </p>
          <HeldOut teaching={teaching} />
        </>
      ) : null}
    </section>
  );
}

function HeldOut({ teaching }: { readonly teaching: Teaching }) {
  const standing = teaching.standing.value;
  const t = teachingWords(teaching.project.value.kind);
  if (!standing || standing.pending > 0) return null;
  const share = standing.by === 'head' ? standing.head : standing.nearest;
  if (share === null || standing.heldOut === 0) return <p class="soft small">{t('noHeldOut')}</p>;
  const n = standing.heldOut;
  return (
    <Note tone={n < fewHeldOut ? 'info' : 'good'}>
      <span class="numbers">{t('heldOutRight', { right: Math.round(share * n), n })}</span>
      {n < fewHeldOut ? <span class="soft small">{t('fewHeldOut')}</span> : null}
    </Note>
  );
}

function say(missing: Missing, t: ReturnType<typeof teachingWords>): string {
  switch (missing.kind) {
    case 'class':
      return t('missingSecond');
    case 'photos':
      return t('missingClass', { name: missing.name });
    case 'balance':
      return t('unbalanced', { few: missing.few, many: missing.many });
  }
}
