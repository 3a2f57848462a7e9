// A project that is shown sounds: how loud it is stays in sight, and what is heard is recorded second by second.
import { useEffect, useMemo } from 'preact/hooks';
import { createMicrophone } from '../../state/microphone.ts';
import type { Teaching } from '../../state/project.ts';
import { MicrophonePanel } from './live-panel.tsx';
import { RecordSoundButton } from './record-button.tsx';
import { TeachingPage } from './teaching-page.tsx';
import { useSoundRecording } from './use-sound-recording.ts';

export function ByMicrophone({ teaching }: { readonly teaching: Teaching }) {
  const microphone = useMemo(createMicrophone, []);
  const { recording, start, release, stop } = useSoundRecording(teaching, microphone);
  useEffect(() => microphone.dispose, [microphone]);
  return (
    <TeachingPage
      teaching={teaching}
      isRecording={recording !== null}
      live={<MicrophonePanel teaching={teaching} microphone={microphone} />}
      recordWays={({ id, label }) => (
        <RecordSoundButton
          name={label}
          recording={recording?.of === id ? recording : null}
          onStart={seconds => void start(id, seconds)}
          onRelease={release}
          onStop={stop}
        />
      )}
    />
  );
}
