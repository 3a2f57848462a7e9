// Buttons, and links that look like them. Without a visible word, `label` says what it does.
import type { ComponentChildren, TargetedMouseEvent } from 'preact';
import { Icon, type IconName } from './icon.tsx';

type Kind = 'primary' | 'plain' | 'quiet' | 'danger';

interface Look {
  readonly kind?: Kind;
  readonly icon?: IconName | undefined;
  /** The accessible name where there is no text, or where the text alone says too little. */
  readonly label?: string;
  readonly children?: ComponentChildren;
}

export interface ButtonProps extends Look {
  readonly onClick?: (event: TargetedMouseEvent<HTMLButtonElement>) => void;
  readonly type?: 'button' | 'submit';
  /** Stays focusable, so that a reader can find out about it; does nothing. */
  readonly disabled?: boolean;
  readonly busy?: boolean;
  /** Makes it a toggle. */
  readonly pressed?: boolean;
  readonly id?: string;
}

function classes({ kind = 'plain', children }: Look): string {
  return ['button', kind, children === undefined ? 'icon-only' : ''].filter(Boolean).join(' ');
}

export function Button(props: ButtonProps) {
  const { onClick, type = 'button', disabled = false, busy = false, pressed, label, icon, id } = props;
  const inert = disabled || busy;
  return (
    <button
      id={id}
      type={type}
      class={classes(props)}
      aria-label={label}
      title={props.children === undefined ? label : undefined}
      aria-disabled={inert ? 'true' : undefined}
      aria-busy={busy ? 'true' : undefined}
      aria-pressed={pressed}
      onClick={event => {
        if (inert) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {busy ? <Icon name="refresh" spin /> : icon ? <Icon name={icon} /> : null}
      {props.children}
    </button>
  );
}

export function LinkButton(
  props: Look & { readonly href: string; readonly download?: string; readonly onClick?: () => void },
) {
  return (
    <a
      class={classes(props)}
      href={props.href}
      download={props.download}
      aria-label={props.label}
      onClick={props.onClick}
    >
      {props.icon ? <Icon name={props.icon} /> : null}
      {props.children}
    </a>
  );
}
