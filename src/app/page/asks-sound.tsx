// A page's model hears something: the microphone as it goes, or the loudest second of a file.
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Tensor } from '../../core/tensor.ts';
import { soundLength, soundWindows } from '../../core/teach/sound-windows.ts';
import { decodeSound } from '../../device/decode-sound.ts';
import { t } from '../i18n/page.ts';
import { shownWords } from '../i18n/shown.ts';
import { Button } from '../parts/button.tsx';
import { MicrophoneTrouble, MicrophoneView } from '../parts/microphone-view.tsx';
import { ChooseFiles, DropTarget } from '../parts/photo-drop.tsx';
import { useListening } from '../parts/use-listening.ts';
import { createMicrophone } from '../state/microphone.ts';
import { loudestOf } from '../state/sound-stream.ts';
import type { AsksProps } from './page.tsx';
import { Unreadable } from './unreadable.tsx';

/** A page that was opened as a file gets no script into its audio thread. */
const hears = location.protocol !== 'file:';

export function AsksSound({ onInput }: AsksProps) {
  const microphone = useMemo(createMicrophone, []);
  const [isHeld, setHeld] = useState(false);
  const [isUnreadable, setUnreadable] = useState(false);
  useEffect(() => microphone.dispose, [microphone]);
  useListening(microphone, second => {
    if (!isHeld) onInput(second && inputOf(second));
  });
  const hold = (second: Float32Array<ArrayBuffer> | null): void => {
    setHeld(second !== null);
    onInput(second && inputOf(second));
  };
  const take = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    const second = await loudestOfFile(file);
    setUnreadable(second === null);
    if (second) hold(second);
  };
  return (
    <DropTarget class="stack" onFiles={files => void take(files[0]?.file)}>
      {hears ? <MicrophoneView microphone={microphone} /> : <p class="soft small">{t('hearsNot')}</p>}
      <div class="row">
        {isHeld ? (
          <Button kind="primary" icon="refresh" onClick={() => hold(null)}>
            {t('anotherSound')}
          </Button>
        ) : null}
        <ChooseFiles one accept="audio/*" onFiles={files => void take(files[0]?.file)}>
          {shownWords('sound')('choosePhoto')}
        </ChooseFiles>
      </div>
      <MicrophoneTrouble microphone={microphone} />
      {isUnreadable ? <Unreadable what="sound" /> : null}
    </DropTarget>
  );
}

function inputOf(second: Float32Array<ArrayBuffer>): Tensor {
  return { datatype: 'FP32', shape: [1, soundLength], data: second };
}

/** Null for what this browser does not play, is too long, or says nothing. */
async function loudestOfFile(file: File): Promise<Float32Array<ArrayBuffer> | null> {
  const samples = await decodeSound(file).catch(() => null);
  return (samples && loudestOf(soundWindows(samples))) ?? null;
}
