// A failure in the reader's words: what happened, why exactly, what to do, and a button that does it. A long why is folded.
import type { ComponentChildren } from 'preact';
import type { Failure } from '../../core/errors.ts';
import { t } from '../i18n/common.ts';
import { remedyOf, titleOf } from '../i18n/errors.ts';
import { Button } from './button.tsx';
import { Note } from './note.tsx';
import { toast } from './toast.tsx';

/** Characters from which a detail is for copying, not for reading. */
const foldedFrom = 240;

export function ErrorNote(props: {
  readonly failure: Failure;
  readonly onRetry?: (() => void) | undefined;
  /** Another way out, beside or instead of "try again". */
  readonly action?: ComponentChildren;
}) {
  const { code, detail } = props.failure;
  const isLong = detail.length > foldedFrom;
  const copy = () => {
    navigator.clipboard.writeText(`${code}: ${detail}`).then(
      () => toast(t('copied')),
      () => toast(t('copyRefused')),
    );
  };
  return (
    <div role="alert">
      <Note tone={code === 'Offline' || code === 'Aborted' ? 'info' : 'bad'}>
        <strong>{titleOf(code)}</strong>
        {isLong ? null : <span class="detail">{detail}</span>}
        <span>{remedyOf(code)}</span>
        {props.onRetry || props.action ? (
          <div class="row">
            {props.onRetry ? (
              <Button icon="refresh" onClick={props.onRetry}>
                {t('tryAgain')}
              </Button>
            ) : null}
            {props.action}
          </div>
        ) : null}
        {isLong ? (
          <details class="fold">
            <summary>{t('detail')}</summary>
            <div class="stack-close">
              <p class="detail">{`${code}: ${detail}`}</p>
              <div>
                <Button kind="quiet" icon="copy" onClick={copy}>
                  {t('copy')}
                </Button>
              </div>
            </div>
          </details>
        ) : null}
      </Note>
    </div>
  );
}
