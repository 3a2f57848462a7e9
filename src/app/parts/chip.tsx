// A word about a state, with a shape beside its colour.
import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './icon.tsx';

export function Chip(props: {
  readonly tone?: 'plain' | 'accent' | 'good' | 'warn' | 'bad' | 'info';
  readonly icon?: IconName;
  readonly children: ComponentChildren;
}) {
  return (
    <span class={`chip ${props.tone ?? 'plain'}`}>
      {props.icon ? <Icon name={props.icon} small /> : null}
      {props.children}
    </span>
  );
}
