// A model's labels as buttons, one tap each. Says what was tapped; knows not what becomes of it.
import { Button } from './button.tsx';

/** Labels longer than this get wide buttons. */
const shortLabel = 3;

export function LabelButtons(props: {
  readonly labels: readonly string[];
  /** What a tap says. */
  readonly name: string;
  readonly onChoose: (label: string) => void;
}) {
  const wide = props.labels.some(label => label.length > shortLabel);
  return (
    <div class={wide ? 'labels wide' : 'labels'} role="group" aria-label={props.name}>
      {props.labels.map(label => (
        <Button key={label} onClick={() => props.onChoose(label)}>
          {label}
        </Button>
      ))}
    </div>
  );
}
