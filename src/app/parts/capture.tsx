// What cameras and microphones have in common on a screen: why there is none, and which of several.
import { t as common } from '../i18n/common.ts';
import type { Capture, CaptureDevice, CaptureProblem } from '../state/media-capture.ts';
import { Button } from './button.tsx';
import { Note } from './note.tsx';

/** What happened, why, and what to do. */
export type Trouble = readonly [what: string, why: string, whatToDo: string];

export function CaptureTrouble<Device extends CaptureDevice, Choice>(props: {
  readonly capture: Capture<Device, Choice>;
  readonly say: (problem: CaptureProblem) => Trouble;
}) {
  const problem = props.capture.problem.value;
  if (!problem) return null;
  const [what, why, whatToDo] = props.say(problem);
  return (
    <div role="alert">
      <Note tone="warn">
        <strong>{what}</strong>
        <span>{why}</span>
        <span>{whatToDo}</span>
        {problem === 'insecure' ? null : (
          <div>
            <Button icon="refresh" onClick={() => void props.capture.start()}>
              {common('tryAgain')}
            </Button>
          </div>
        )}
      </Note>
    </div>
  );
}

export function WhichDevice<Device extends CaptureDevice, Choice>(props: {
  readonly capture: Capture<Device, Choice>;
  readonly label: string;
  readonly nameOf: (device: Device, index: number, all: readonly Device[]) => string;
  readonly choiceOf: (id: string) => Choice;
}) {
  const { capture, label, nameOf, choiceOf } = props;
  const devices = capture.devices.value;
  const current = capture.current.value;
  if (devices.length < 2) return null;
  return (
    <select
      class="select"
      aria-label={label}
      value={current?.id ?? ''}
      onChange={event => void capture.start(choiceOf(event.currentTarget.value))}
    >
      {devices.map((device, i) => (
        <option key={device.id} value={device.id} selected={device.id === current?.id}>
          {nameOf(device, i, devices)}
        </option>
      ))}
    </select>
  );
}
