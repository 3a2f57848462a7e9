// A list and, beside it, one thing of the list looked at closely. On a phone one or the other, with a way back.
import type { ComponentChildren } from 'preact';
import { LinkButton } from './button.tsx';

export function Split(props: {
  readonly list: ComponentChildren;
  /** Null: the list alone. */
  readonly detail: ComponentChildren | null;
  readonly back: { readonly href: string; readonly label: string };
}) {
  const { list, detail, back } = props;
  if (detail === null) return <div class="stack">{list}</div>;
  return (
    <div class="split">
      <div class="split-list stack">{list}</div>
      <div class="split-detail stack">
        <div class="split-back">
          <LinkButton kind="quiet" icon="back" href={back.href}>
            {back.label}
          </LinkButton>
        </div>
        {detail}
      </div>
    </div>
  );
}
