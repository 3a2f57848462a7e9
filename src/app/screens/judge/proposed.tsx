// Whether sending a candidate is proposed, and if not yet, what it takes.
import type { Comparison } from '../../../core/evaluate/compare.ts';
import { heldOutOf } from '../../../core/data/hold-out.ts';
import { heldOutToPropose, type Proposal } from '../../../core/evaluate/proposal.ts';
import { t } from '../../i18n/judge.ts';
import { Note } from '../../parts/note.tsx';
import { numbersOf } from './sentence.ts';

export function Proposed({
  proposal,
  comparison,
}: {
  readonly proposal: Proposal;
  readonly comparison: Comparison;
}) {
  switch (proposal.kind) {
    case 'propose': {
      const groups = [comparison.parent, comparison.added].filter(group => group !== null);
      return (
        <Note tone="good">
          <p>{t('proposed', { n: numbersOf(groups).n })}</p>
        </Note>
      );
    }
    case 'not-better':
      return <p class="soft">{t('notProposed')}</p>;
    case 'too-few': {
      const { missing } = proposal;
      return (
        <Note>
          <p>{t('tooFew', { wanted: heldOutToPropose, n: missing, labels: missing * heldOutOf })}</p>
        </Note>
      );
    }
  }
}
