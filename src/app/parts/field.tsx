// A label with its control, hint and error; and the controls that need nothing more.
import type { ComponentChildren, VNode } from 'preact';
import { useId } from 'preact/hooks';
import { Icon } from './icon.tsx';

/** What a control inside a `Field` must carry. */
export interface ControlAttributes {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': 'true' | undefined;
}

export function Field(props: {
  readonly label: ComponentChildren;
  readonly hint?: ComponentChildren;
  readonly error?: string | null | undefined;
  readonly children: (attributes: ControlAttributes) => VNode;
}) {
  const id = useId();
  const described = props.error ? `${id}-error` : props.hint ? `${id}-hint` : undefined;
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {props.label}
      </label>
      {props.children({
        id,
        'aria-describedby': described,
        'aria-invalid': props.error ? 'true' : undefined,
      })}
      {props.hint && !props.error ? (
        <span class="field-hint" id={`${id}-hint`}>
          {props.hint}
        </span>
      ) : null}
      {props.error ? (
        <span class="field-error" id={`${id}-error`}>
          <Icon name="warn" small />
          {props.error}
        </span>
      ) : null}
    </div>
  );
}

export function TextField(props: {
  readonly label: ComponentChildren;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly hint?: ComponentChildren;
  readonly error?: string | null | undefined;
  readonly type?: 'text' | 'password' | 'search';
  readonly inputMode?: 'decimal' | 'numeric' | 'text';
  readonly maxLength?: number;
  readonly placeholder?: string;
  readonly onPaste?: (event: ClipboardEvent) => void;
}) {
  const { label, hint, error, onInput, onPaste, type = 'text', ...rest } = props;
  return (
    <Field label={label} hint={hint} error={error}>
      {attributes => (
        <input
          {...attributes}
          {...rest}
          class="input"
          type={type}
          autocomplete="off"
          spellcheck={false}
          {...(onPaste ? { onPaste } : {})}
          onInput={event => onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

/** Of several lines. */
export function TextArea(props: {
  readonly label: ComponentChildren;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly hint?: ComponentChildren;
  readonly error?: string | null | undefined;
  readonly rows?: number;
  /** For prose; numbers and names are no words. */
  readonly spellcheck?: boolean;
}) {
  const { label, hint, error, value, onInput, rows = 4, spellcheck = false } = props;
  return (
    <Field label={label} hint={hint} error={error}>
      {attributes => (
        <textarea
          {...attributes}
          class="input"
          rows={rows}
          spellcheck={spellcheck}
          value={value}
          onInput={event => onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

export function Check(props: {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly children: ComponentChildren;
}) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={props.checked}
        onChange={event => props.onChange(event.currentTarget.checked)}
      />
      <span>{props.children}</span>
    </label>
  );
}
