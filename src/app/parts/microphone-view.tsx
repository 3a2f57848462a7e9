// A microphone on the screen: its switch, how loud it is, which it is, and why there is none.
import type { ComponentChildren } from 'preact';
import { t } from '../i18n/microphone.ts';
import { shownWords } from '../i18n/shown.ts';
import { type CaptureProblem } from '../state/media-capture.ts';
import type { Microphone } from '../state/microphone.ts';
import { Button } from './button.tsx';
import { CaptureTrouble, type Trouble, WhichDevice } from './capture.tsx';
import { Icon } from './icon.tsx';

const words = shownWords('sound');
/** Below it a room is quiet; dB relative to full scale. */
const meterFrom = -60;

export function MicrophoneView(props: {
  readonly microphone: Microphone;
  /** In place of the meter: a second that is held. */
  readonly over?: ComponentChildren;
  /** Beside the switch. */
  readonly actions?: ComponentChildren;
}) {
  const { microphone, over, actions } = props;
  const isOn = microphone.stream.value !== null;
  return (
    <div class="camera">
      <div class="microphone-frame">
        {over ?? (isOn ? <Meter microphone={microphone} /> : <Off microphone={microphone} />)}
        {isOn ? (
          <div class="camera-switch">
            <Button kind="quiet" icon="close" label={words('turnOff')} onClick={microphone.stop} />
          </div>
        ) : null}
      </div>
      {actions ? <div class="camera-bar">{actions}</div> : null}
      {isOn ? (
        <WhichDevice
          capture={microphone}
          label={words('which')}
          nameOf={({ label }, i) => label || words('nth', { n: i + 1 })}
          choiceOf={id => ({ id })}
        />
      ) : null}
    </div>
  );
}

function Off({ microphone }: { readonly microphone: Microphone }) {
  const isStarting = microphone.starting.value;
  return (
    <div class="camera-off">
      <Button kind="primary" icon="microphone" busy={isStarting} onClick={() => void microphone.start()}>
        {isStarting ? words('starting') : words('turnOn')}
      </Button>
      <span class="small soft">
        <Icon name="device" small /> {words('stays')}
      </span>
    </div>
  );
}

function Meter({ microphone }: { readonly microphone: Microphone }) {
  const level = Math.max(meterFrom, Math.min(0, Math.round(microphone.level.value)));
  return (
    <div class="meter">
      <Icon name="microphone" />
      <div
        class="meter-track"
        role="meter"
        aria-label={t('level')}
        aria-valuemin={meterFrom}
        aria-valuemax={0}
        aria-valuenow={level}
        aria-valuetext={t('decibels', { level })}
      >
        <div class="meter-fill" style={{ transform: `scaleX(${1 - level / meterFrom})` }} />
      </div>
      <span class="small soft numbers" aria-hidden="true">
        {t('decibels', { level })}
      </span>
    </div>
  );
}

export function MicrophoneTrouble({ microphone }: { readonly microphone: Microphone }) {
  return <CaptureTrouble capture={microphone} say={troubleOf} />;
}

function troubleOf(problem: CaptureProblem): Trouble {
  return [words(problem), words(`${problem}Why`), words(`${problem}Do`)];
}
