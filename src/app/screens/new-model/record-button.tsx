// Held, it records; and beside it a switch for those who cannot hold.
import { useRef } from 'preact/hooks';
import { t } from '../../i18n/new-model.ts';
import { Button } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';

export interface RecordButtonProps {
  /** Of the class. */
  readonly name: string;
  /** What is recorded is of this class. */
  readonly isRecording: boolean;
  readonly onStart: () => void;
  readonly onStop: () => void;
}

export function RecordButton(props: RecordButtonProps) {
  const { name, isRecording, onStart, onStop } = props;
  const isHeld = useRef(false);
  const press = (): void => {
    if (isHeld.current) return;
    isHeld.current = true;
    onStart();
  };
  const release = (): void => {
    if (!isHeld.current) return;
    isHeld.current = false;
    onStop();
  };
  return (
    <div class="record">
      <button
        type="button"
        class={isRecording ? 'button primary record-hold on' : 'button primary record-hold'}
        aria-label={t('holdOf', { name })}
        aria-pressed={isRecording}
        onPointerDown={event => {
          if (event.button !== 0) return;
          // The finger may leave the button: the release is still ours.
          event.currentTarget.setPointerCapture(event.pointerId);
          press();
        }}
        onPointerUp={release}
        onPointerCancel={release}
        onLostPointerCapture={release}
        onContextMenu={event => event.preventDefault()}
        onKeyDown={event => {
          if (event.key !== ' ' && event.key !== 'Enter') return;
          event.preventDefault();
          if (!event.repeat) press();
        }}
        onKeyUp={event => {
          if (event.key === ' ' || event.key === 'Enter') release();
        }}
        onBlur={release}
      >
        <Icon name="camera" />
        {isRecording ? t('recording') : t('hold')}
      </button>
      <Button
        icon={isRecording ? 'stop' : 'play'}
        label={t('record', { name })}
        pressed={isRecording}
        onClick={isRecording ? onStop : onStart}
      />
    </div>
  );
}
