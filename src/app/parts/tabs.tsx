// One of several views, as the ARIA tabs pattern has it: arrows move, the chosen one is in the tab order.
import type { ComponentChildren } from 'preact';
import { useId, useRef } from 'preact/hooks';

export function Tabs<Id extends string>(props: {
  readonly label: string;
  readonly tabs: readonly { readonly id: Id; readonly label: ComponentChildren }[];
  readonly value: Id;
  readonly onChange: (id: Id) => void;
  /** The chosen view. */
  readonly children: ComponentChildren;
}) {
  const base = useId();
  const list = useRef<HTMLDivElement>(null);
  const index = props.tabs.findIndex(tab => tab.id === props.value);
  const go = (to: number) => {
    const tab = props.tabs[(to + props.tabs.length) % props.tabs.length];
    if (!tab) return;
    props.onChange(tab.id);
    list.current?.querySelectorAll<HTMLElement>('[role=tab]')[props.tabs.indexOf(tab)]?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const moves: Record<string, number> = {
      ArrowRight: index + 1,
      ArrowLeft: index - 1,
      Home: 0,
      End: props.tabs.length - 1,
    };
    const to = moves[event.key];
    if (to === undefined) return;
    event.preventDefault();
    go(to);
  };
  return (
    <div class="stack">
      <div class="tabs" role="tablist" aria-label={props.label} ref={list} onKeyDown={onKeyDown}>
        {props.tabs.map(tab => (
          <button
            key={tab.id}
            type="button"
            role="tab"
            id={`${base}-${tab.id}`}
            aria-selected={tab.id === props.value}
            aria-controls={`${base}-panel`}
            tabIndex={tab.id === props.value ? 0 : -1}
            onClick={() => props.onChange(tab.id)}
          >
            {tab.label}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${base}-panel`} aria-labelledby={`${base}-${props.value}`} class="stack">
        {props.children}
      </div>
    </div>
  );
}
