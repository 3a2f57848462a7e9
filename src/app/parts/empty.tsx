// What a place shows while there is nothing in it: why, and the one thing to do about it.
import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './icon.tsx';

export function Empty(props: {
  readonly icon: IconName;
  readonly title: string;
  /** Where it is the page's only heading. */
  readonly isPage?: boolean;
  readonly children?: ComponentChildren;
  readonly action?: ComponentChildren;
}) {
  return (
    <div class="empty">
      <Icon name={props.icon} />
      {props.isPage ? <h1>{props.title}</h1> : <h2>{props.title}</h2>}
      {props.children ? <p>{props.children}</p> : null}
      {props.action}
    </div>
  );
}
