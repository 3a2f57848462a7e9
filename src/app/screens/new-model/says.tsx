// What a project says now to what it sees or hears.
import type { LiveAnswer } from '../../../worker/protocol.ts';
import { formatMilliseconds } from '../../i18n/format.ts';
import { teachingWords } from '../../i18n/teaching.ts';
import { Bars } from '../../parts/bars.tsx';
import type { Teaching } from '../../state/project.ts';

/** Bars that fit beside a camera on a phone. */
const barsAtMost = 5;
/** Examples from which it can answer at all. */
const answersFrom = 5;

export function Says({ teaching }: { readonly teaching: Teaching }) {
  const project = teaching.project.value;
  const t = teachingWords(project.kind);
  const answer = teaching.answer.value;
  const count = teaching.examples.value.length;
  if (!answer?.by) {
    return (
      <p class="soft">
        {count > 0 && count < answersFrom ? t('needsMore', { n: answersFrom - count }) : t('saysNothing')}
      </p>
    );
  }
  const labels = new Map(project.classes.map(({ id, label }) => [id, label]));
  const rows = answer.scores
    .filter(score => labels.has(score.class))
    .map(score => ({ label: labels.get(score.class)!, value: score.probability }));
  const time = formatMilliseconds(answer.embedMs);
  return (
    <>
      <output class="live-word" aria-live="polite">
        {rows[0]?.label}
      </output>
      <Bars label={t('says')} rows={rows.slice(0, barsAtMost)} best={0} />
      <p class="soft small">{t('inTime', { by: whoSays(answer, t), time })}</p>
    </>
  );
}

function whoSays({ by }: LiveAnswer, t: ReturnType<typeof teachingWords>): string {
  return by === 'head' ? t('byHead') : t('byNearest');
}

/** Without what sees, or where it does not open, each look would try it again. */
export function canLook({ project, problem }: Teaching): boolean {
  return project.peek().embedder !== null && problem.peek() === null;
}
