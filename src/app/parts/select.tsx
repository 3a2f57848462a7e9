// A native choice of one.
import type { ComponentChildren } from 'preact';
import { Field } from './field.tsx';

export interface Option<Value extends string> {
  readonly value: Value;
  readonly label: string;
}

export function Select<Value extends string>(props: {
  readonly label: ComponentChildren;
  readonly hint?: ComponentChildren;
  readonly value: Value;
  readonly options: readonly Option<Value>[];
  readonly onChange: (value: Value) => void;
}) {
  return (
    <Field label={props.label} hint={props.hint}>
      {attributes => (
        <select
          {...attributes}
          class="select"
          value={props.value}
          onChange={event => {
            const chosen = props.options.find(option => option.value === event.currentTarget.value);
            if (chosen) props.onChange(chosen.value);
          }}
        >
          {props.options.map(option => (
            <option key={option.value} value={option.value} selected={option.value === props.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
