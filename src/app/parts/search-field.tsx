// A field to find something in a list by; what it searches is said to whoever cannot see the list.
import { Icon } from './icon.tsx';

export function SearchField(props: {
  readonly label: string;
  readonly value: string;
  readonly onInput: (text: string) => void;
}) {
  return (
    <div class="search-field" role="search">
      <Icon name="search" />
      <input
        class="input"
        type="search"
        aria-label={props.label}
        placeholder={props.label}
        autocomplete="off"
        spellcheck={false}
        value={props.value}
        onInput={event => props.onInput(event.currentTarget.value)}
      />
    </div>
  );
}
