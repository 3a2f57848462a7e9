// A button that something runs for as long as it is held, by finger, mouse or key.
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { Icon, type IconName } from '../../parts/icon.tsx';

export function HoldButton(props: {
  readonly icon: IconName;
  /** The accessible name. */
  readonly label: string;
  readonly isOn: boolean;
  readonly onPress: () => void;
  readonly onRelease: () => void;
  readonly children: ComponentChildren;
}) {
  const isHeld = useRef(false);
  const press = (): void => {
    if (isHeld.current) return;
    isHeld.current = true;
    props.onPress();
  };
  const release = (): void => {
    if (!isHeld.current) return;
    isHeld.current = false;
    props.onRelease();
  };
  return (
    <button
      type="button"
      class={props.isOn ? 'button primary record-hold on' : 'button primary record-hold'}
      aria-label={props.label}
      aria-pressed={props.isOn}
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
      <Icon name={props.icon} />
      {props.children}
    </button>
  );
}
