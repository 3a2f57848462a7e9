// Below an answer to a photo or a sound: what it really is, keeping it, and what else it could have been.
import type { ShownKind } from '../../../device/project-schemas.ts';
import { t as use } from '../../i18n/use.ts';
import { Card } from '../../parts/card.tsx';
import type { Answered, Asking } from '../../state/asking.ts';
import { errorToast } from '../../state/error-toast.ts';
import type { Subject } from '../../state/kept-answers.ts';
import type { VersionInUse } from '../../state/version.ts';
import { AnswerDetails } from './answer.tsx';
import { CorrectAsked } from './correct-asked.tsx';
import { KeepAsked } from './keep-asked.tsx';

export interface AskedProps<S extends Subject> {
  readonly inUse: VersionInUse;
  readonly asking: Pick<Asking<S>, 'answered' | 'held' | 'hold' | 'toSay' | 'answerOf' | 'goOn'>;
  readonly kind: Exclude<ShownKind, 'row'>;
}

/** What is said of, with its very answer. Null where there is none, which is told. */
export async function answeredOf<S extends Subject>(
  asking: AskedProps<S>['asking'],
  subject: S,
): Promise<Answered<S> | null> {
  const answered = await asking.answerOf(subject);
  if (answered.ok) return answered.value;
  errorToast(answered.error);
  return null;
}

export function AskedDetails<S extends Subject>(props: AskedProps<S>) {
  const answered = props.asking.answered.value;
  return (
    <div class="live-details stack">
      {answered ? (
        <>
          <CorrectAsked {...props} />
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
