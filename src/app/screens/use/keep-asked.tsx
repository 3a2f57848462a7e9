// Keeping an answer with its picture, and keeping by itself what the model is not sure of.
import { useEffect, useState } from 'preact/hooks';
import { askedWords } from '../../i18n/use-asked.ts';
import { Button, LinkButton } from '../../parts/button.tsx';
import { Check } from '../../parts/field.tsx';
import { href } from '../../router.ts';
import type { Answered } from '../../state/asking.ts';
import { collectsUnsure, keepAnswer, keepsPlaces, type Subject } from '../../state/kept-answers.ts';
import { answeredOf, type AskedProps } from './asked-details.tsx';

type KeepProps<S extends Subject> = AskedProps<S> & { readonly answered: Answered<S> };

export function KeepAsked<S extends Subject>(props: KeepProps<S>) {
  const { asking, kind } = props;
  const t = askedWords(kind);
  const [busy, setBusy] = useState(false);
  useCollecting(props);
  const keep = async (): Promise<void> => {
    // What is kept stays in sight: what is said next is said of it.
    const subject = asking.toSay();
    if (!subject) return;
    const answering = answeredOf(asking, subject);
    asking.hold(subject);
    setBusy(true);
    const answered = await answering;
    if (answered) await keepAnswer(answered);
    setBusy(false);
  };
  return (
    <section class="stack-close">
      <div class="row">
        <Button icon="records" busy={busy} onClick={() => void keep()}>
          {t('keep')}
        </Button>
        <LinkButton kind="quiet" href={href('records')}>
          {t('toRecords')}
        </LinkButton>
      </div>
      <p class="soft small">{t('keepHint')}</p>
      <Check
        checked={collectsUnsure.value}
        onChange={checked => {
          collectsUnsure.value = checked;
        }}
      >
        {t('collectUnsure')}
        <br />
        <span class="soft small">{t('collectUnsureHint')}</span>
      </Check>
      <Check
        checked={keepsPlaces.value}
        onChange={checked => {
          keepsPlaces.value = checked;
        }}
      >
        {t('withPlace')}
        <br />
        <span class="soft small">{t('withPlaceHint')}</span>
      </Check>
    </section>
  );
}

/** What is held, where it is not sure of it. */
function useCollecting<S extends Subject>({ answered, asking }: KeepProps<S>): void {
  const { answer, subject } = answered;
  const isHeld = asking.held.value === subject;
  useEffect(() => {
    const [decided] = answer.decided;
    if (isHeld && collectsUnsure.peek() && decided && !decided.sure) void keepAnswer({ answer, subject });
  }, [answer, subject, isHeld]);
}
