// Something to know, set apart: an icon and words, in one of four tones.
import type { ComponentChildren } from 'preact';
import { Icon } from './icon.tsx';

export type Tone = 'info' | 'good' | 'warn' | 'bad';
const icons = { info: 'info', good: 'check', warn: 'warn', bad: 'bad' } as const;

export function Note(props: { readonly tone?: Tone; readonly children: ComponentChildren }) {
  const tone = props.tone ?? 'info';
  return (
    <div class={`note ${tone}`}>
      <Icon name={icons[tone]} />
      <div class="stack-close">{props.children}</div>
    </div>
  );
}
