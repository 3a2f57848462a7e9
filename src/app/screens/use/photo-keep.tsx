// Keeping an answer with its picture, and keeping by itself what the model is not sure of.
import { useEffect, useRef, useState } from 'preact/hooks';
import { t } from '../../i18n/use-photo.ts';
import { Button, LinkButton } from '../../parts/button.tsx';
import { Check } from '../../parts/field.tsx';
import { href } from '../../router.ts';
import type { Answer } from '../../state/answers.ts';
import { collectsUnsure, keepAnswer, keepsPlaces } from '../../state/photo-answers.ts';
import type { VersionInUse } from '../../state/version.ts';

export interface PhotoKeepProps {
  readonly inUse: VersionInUse;
  readonly answer: Answer;
  readonly asked: () => OffscreenCanvas | null;
  readonly isHeld: boolean;
}

export function PhotoKeep(props: PhotoKeepProps) {
  const { inUse, answer, asked } = props;
  const [busy, setBusy] = useState(false);
  useCollecting(props);
  const keep = async (): Promise<void> => {
    const canvas = asked();
    if (!canvas) return;
    setBusy(true);
    await keepAnswer({ inUse, answer, canvas });
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

/** Each held picture once. */
function useCollecting({ inUse, answer, asked, isHeld }: PhotoKeepProps): void {
  const collected = useRef<OffscreenCanvas | null>(null);
  const decided = answer.decided[0];
  useEffect(() => {
    const canvas = asked();
    if (!isHeld || !canvas || collected.current === canvas || !collectsUnsure.peek()) return;
    if (!decided || decided.sure) return;
    collected.current = canvas;
    void keepAnswer({ inUse, answer, canvas });
  }, [inUse, answer, decided, asked, isHeld]);
}
