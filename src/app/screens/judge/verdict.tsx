// A comparison from the sentence down: verdict, held-out rows of the data set, and apart from them one's own samples.
import type { Comparison } from '../../../core/evaluate/compare.ts';
import { t } from '../../i18n/judge.ts';
import { Card } from '../../parts/card.tsx';
import { Icon, type IconName } from '../../parts/icon.tsx';
import { Note } from '../../parts/note.tsx';
import { Compared } from './compared.tsx';
import { sentenceKey, sentenceOf, type SentenceKind } from './sentence.ts';

const looks: Readonly<Record<SentenceKind, { icon: IconName; tone: string }>> = {
  better: { icon: 'check', tone: 'good' },
  worse: { icon: 'warn', tone: 'bad' },
  alike: { icon: 'judge', tone: 'plain' },
  chance: { icon: 'judge', tone: 'plain' },
  none: { icon: 'info', tone: 'plain' },
};

export function VerdictSentence({ comparison }: { readonly comparison: Comparison }) {
  const { kind, numbers } = sentenceOf(comparison);
  const { icon, tone } = looks[kind];
  return (
    <div class={`verdict ${tone}`}>
      <p class="verdict-sentence" role="status">
        <Icon name={icon} />
        <span>{t(sentenceKey[kind], { ...numbers })}</span>
      </p>
      {isOnOwnAlone(comparison) ? <p>{t('judgedOnOwn', { n: numbers.n })}</p> : null}
      {numbers.n > 0 ? (
        <details class="fold">
          <summary>{t('sentenceHow')}</summary>
          <p class="small">{t('sentenceHowBody', { ...numbers })}</p>
        </details>
      ) : null}
    </div>
  );
}

/** The version came without data, and there are samples to judge on. */
function isOnOwnAlone({ parent, added }: Comparison): boolean {
  return parent === null && added !== null;
}

export function ComparisonCards(props: {
  readonly comparison: Comparison;
  readonly oldName: string;
  readonly newName: string;
}) {
  const { comparison, oldName, newName } = props;
  const { labels, parent, added } = comparison;
  const names = { labels, oldName, newName };
  return (
    <>
      {parent ? (
        <Card title={t('parentRows')}>
          <Compared rows={parent} {...names} />
        </Card>
      ) : null}
      <Card title={t('addedRows')}>
        <div class="stack">
          {added && added.n > 0 ? (
            <>
              <p>{t('addedJudged', { n: added.n })}</p>
              <Compared rows={added} {...names} />
            </>
          ) : (
            <p class="soft">{t('noAddedRows')}</p>
          )}
          {parent ? null : <Note>{t('noParentRows')}</Note>}
        </div>
      </Card>
    </>
  );
}
