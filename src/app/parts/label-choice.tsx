// A model's labels to choose one from: buttons, one tap each; of many, a list. Says what was chosen; knows not what becomes of it.
import { Button } from './button.tsx';
import { Field } from './field.tsx';

/** More labels than this are chosen from a list. */
const buttonsAtMost = 24;
/** Labels longer than this get wide buttons. */
const shortLabel = 3;

export interface LabelChoiceProps {
  readonly labels: readonly string[];
  /** What a choice says. */
  readonly name: string;
  /** Whether the name stands above the buttons too; above a list it always does. */
  readonly titled?: boolean;
  readonly onChoose: (label: string) => void;
}

export function LabelChoice(props: LabelChoiceProps) {
  return props.labels.length <= buttonsAtMost ? <Buttons {...props} /> : <List {...props} />;
}

function Buttons({ labels, name, titled, onChoose }: LabelChoiceProps) {
  const wide = labels.some(label => label.length > shortLabel);
  return (
    <>
      {titled ? <h3>{name}</h3> : null}
      <div class={wide ? 'labels wide' : 'labels'} role="group" aria-label={name}>
        {labels.map(label => (
          <Button key={label} onClick={() => onChoose(label)}>
            {label}
          </Button>
        ))}
      </div>
    </>
  );
}

/** Empty again after each choice: the same one may come twice. */
function List({ labels, name, onChoose }: LabelChoiceProps) {
  return (
    <Field label={name}>
      {attributes => (
        <select
          {...attributes}
          class="select"
          value=""
          onChange={event => {
            if (event.currentTarget.value) onChoose(event.currentTarget.value);
            event.currentTarget.value = '';
          }}
        >
          <option value="" />
          {labels.map(label => (
            <option key={label}>{label}</option>
          ))}
        </select>
      )}
    </Field>
  );
}
