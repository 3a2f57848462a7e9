// How something becomes an example of a class: held, a button records, and beside it is a switch for those who cannot hold; what
// was drawn is added.
import { t } from '../../i18n/new-model.ts';
import { teachingWords } from '../../i18n/teaching.ts';
import { Button } from '../../parts/button.tsx';
import { HoldButton } from './hold-button.tsx';
import type { SoundRecording } from './use-sound-recording.ts';

export interface RecordButtonProps {
  /** Of the class. */
  readonly name: string;
  /** What is recorded is of this class. */
  readonly isRecording: boolean;
  readonly onStart: () => void;
  readonly onStop: () => void;
}

export function RecordButton({ name, isRecording, onStart, onStop }: RecordButtonProps) {
  return (
    <div class="record">
      <HoldButton
        icon="camera"
        label={t('holdOf', { name })}
        isOn={isRecording}
        onPress={onStart}
        onRelease={onStop}
      >
        {isRecording ? t('recording') : t('hold')}
      </HoldButton>
      <Button
        icon={isRecording ? 'stop' : 'play'}
        label={t('record', { name })}
        pressed={isRecording}
        onClick={isRecording ? onStop : onStart}
      />
    </div>
  );
}

/** One tap a drawing. */
export function AddDrawing(props: {
  /** Of the class. */
  readonly name: string;
  /** Nothing is drawn: there is nothing to add. */
  readonly isEmpty: boolean;
  readonly onAdd: () => void;
}) {
  const { name, isEmpty, onAdd } = props;
  return (
    <Button
      kind="primary"
      icon="add"
      disabled={isEmpty}
      label={t(isEmpty ? 'drawFirstOf' : 'addDrawingOf', { name })}
      onClick={onAdd}
    >
      {t(isEmpty ? 'drawFirst' : 'addDrawing')}
    </Button>
  );
}

/** Held, it records, a second at least; the other records ten seconds, or until it is pressed again. */
export function RecordSoundButton(props: {
  readonly name: string;
  /** Of this class; null: nothing of it is recorded. */
  readonly recording: SoundRecording | null;
  readonly onStart: (seconds: number | null) => void;
  readonly onRelease: () => void;
  readonly onStop: () => void;
}) {
  const { name, recording, onStart, onRelease, onStop } = props;
  const words = teachingWords('sound');
  return (
    <div class="record">
      <HoldButton
        icon="microphone"
        label={words('holdOf', { name })}
        isOn={recording !== null}
        onPress={() => onStart(null)}
        onRelease={onRelease}
      >
        {recording ? words('recordingSeconds', { n: recording.seconds }) : words('hold')}
      </HoldButton>
      <Button
        icon={recording ? 'stop' : undefined}
        label={words('record', { name })}
        pressed={recording !== null}
        onClick={() => (recording ? onStop() : onStart(10))}
      >
        {words('recordTen')}
      </Button>
    </div>
  );
}
