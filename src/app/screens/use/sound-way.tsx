// Use for models that take sounds: what the microphone heard last answered as it goes, a second that is held, files, and one tap
// to say what it really is. Fetched with the first such model.
import { useEffect, useMemo, useState } from 'preact/hooks';
import { HaversackError } from '../../../core/errors.ts';
import type { Tensor } from '../../../core/tensor.ts';
import { soundLength, soundWindows } from '../../../core/teach/sound-windows.ts';
import { decodeSound } from '../../../device/decode-sound.ts';
import { prepareSound } from '../../../device/prepare-sound.ts';
import { t as sounds } from '../../i18n/microphone.ts';
import { shownWords } from '../../i18n/shown.ts';
import { askedWords } from '../../i18n/use-asked.ts';
import { Button } from '../../parts/button.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { MicrophoneTrouble, MicrophoneView } from '../../parts/microphone-view.tsx';
import { ChooseFiles, DropTarget } from '../../parts/photo-drop.tsx';
import { Picture } from '../../parts/thumbnails.tsx';
import { useListening } from '../../parts/use-listening.ts';
import { createAsking } from '../../state/asking.ts';
import type { Subject } from '../../state/kept-answers.ts';
import { createMicrophone } from '../../state/microphone.ts';
import { createSoundPlayer } from '../../state/sound-player.ts';
import { loudestOf } from '../../state/sound-stream.ts';
import '../../styles/camera.css';
import { AnswerHead } from './answer.tsx';
import { AskedDetails } from './asked-details.tsx';
import type { WayProps } from './use.tsx';

const words = askedWords('sound');

interface SoundSubject extends Subject {
  /** [soundLength] */
  readonly second: Float32Array<ArrayBuffer>;
  /** It is of a longer sound. */
  readonly isPart: boolean;
}

export default function SoundWay({ inUse, variant }: WayProps) {
  const microphone = useMemo(createMicrophone, []);
  const asking = useMemo(() => createAsking(inputOf), []);
  useEffect(() => microphone.dispose, [microphone]);
  useEffect(() => asking.askOf(inUse, variant), [asking, inUse, variant]);
  useListening(microphone, second => {
    if (second && asking.isFree()) asking.ask(subjectOf(second));
  });
  const take = (file: File | undefined): void => {
    if (file) void asking.holdRead(() => loudestOfFile(file));
  };
  const held = asking.held.value;
  const refused = asking.refused.value;
  const isOn = microphone.stream.value !== null;
  const hold = (): void => {
    const second = microphone.lastSecond();
    if (second) asking.hold(subjectOf(second));
  };
  return (
    <DropTarget class="live" onFiles={files => take(files[0]?.file)}>
      <div class="live-head">
        <AnswerHead
          answer={asking.answered.value?.answer ?? null}
          asked={held !== null || isOn}
          waiting={words('waiting')}
        />
        {asking.problem.value ? <ErrorNote failure={asking.problem.value} /> : null}
      </div>
      <div class="live-input stack">
        <MicrophoneView
          microphone={microphone}
          over={held ? <Held subject={held} /> : null}
          actions={
            <>
              {held ? (
                <Button kind="primary" icon="refresh" onClick={asking.letGo}>
                  {words('next')}
                </Button>
              ) : isOn ? (
                <Button kind="primary" icon="microphone" onClick={hold}>
                  {words('shutter')}
                </Button>
              ) : null}
              <ChooseFiles one accept="audio/*" onFiles={files => take(files[0]?.file)}>
                {shownWords('sound')('choosePhoto')}
              </ChooseFiles>
            </>
          }
        />
        <MicrophoneTrouble microphone={microphone} />
        {refused ? <ErrorNote failure={refused} /> : null}
      </div>
      <AskedDetails inUse={inUse} asking={asking} kind="sound" />
    </DropTarget>
  );
}

/** A picture of it, and how it sounds. */
function Held({ subject }: { readonly subject: SoundSubject }) {
  const player = useMemo(createSoundPlayer, []);
  useEffect(() => player.dispose, [player]);
  const [id] = useState(() => crypto.randomUUID());
  const read = useMemo(
    () => async () => {
      const { thumbnail } = await prepareSound(subject.second);
      return new Blob([thumbnail], { type: 'image/jpeg' });
    },
    [subject],
  );
  return (
    <div class="held-sound">
      <Picture id={id} read={read} alt={words('held')} />
      <Button icon="play" onClick={() => void player.play(() => Promise.resolve(subject.second))}>
        {sounds('play')}
      </Button>
      {subject.isPart ? <p class="soft small">{sounds('loudest')}</p> : null}
    </div>
  );
}

function subjectOf(second: Float32Array<ArrayBuffer>, isPart = false): SoundSubject {
  return { second, isPart, toExample: () => prepareSound(second), toPhoto: () => Promise.resolve(null) };
}

function inputOf({ second }: SoundSubject): Tensor {
  return { datatype: 'FP32', shape: [1, soundLength], data: second };
}

/**
 * Of all its seconds the one that has most to say.
 * @throws HaversackError `TooLarge`; `InputInvalid` for what this browser cannot play, and for less than a tenth of a second
 */
async function loudestOfFile(file: File): Promise<SoundSubject> {
  const seconds = soundWindows(await decodeSound(file));
  const loudest = loudestOf(seconds);
  if (loudest) return subjectOf(loudest, seconds.length > 1);
  throw new HaversackError('InputInvalid', 'shorter than a tenth of a second');
}
