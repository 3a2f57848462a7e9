// Below an answer to a photo or a sound: what it really is, keeping it, and what else it could have been.
import type { ShownKind } from '../../../device/project-schemas.ts';
import { t as use } from '../../i18n/use.ts';
import { Card } from '../../parts/card.tsx';
import type { Asking } from '../../state/asking.ts';
import type { Subject } from '../../state/kept-answers.ts';
import type { VersionInUse } from '../../state/version.ts';
import { AnswerDetails } from './answer.tsx';
import { CorrectAsked } from './correct-asked.tsx';
import { KeepAsked } from './keep-asked.tsx';

export interface AskedProps {
  readonly inUse: VersionInUse;
  readonly asking: Pick<Asking<Subject>, 'answered' | 'held' | 'holdAnswered' | 'letGo'>;
  readonly kind: Exclude<ShownKind, 'row'>;
}

export function AskedDetails(props: AskedProps) {
  const answered = props.asking.answered.value;
  return (
    <div class="live-details stack">
      {answered ? (
        <>
          <CorrectAsked {...props} answered={answered} />
          <KeepAsked {...props} answered={answered} />
        </>
      ) : null}
      {answered && answered.answer.decided.length > 0 ? (
        <Card title={use('probabilities')}>
          <AnswerDetails answer={answered.answer} />
        </Card>
      ) : null}
    </div>
  );
}
