// How far something is, in a bar and in words. `value` null: under way, no one knows how far.
export function Progress(props: {
  readonly label: string;
  readonly value: number | null;
  readonly max?: number;
  /** Beside the label: "3.2 of 7.8 MB · 4 s". */
  readonly detail?: string;
}) {
  const max = props.max ?? 1;
  return (
    <div class="progress">
      <div class="progress-line">
        <span>{props.label}</span>
        {props.detail ? <span class="soft">{props.detail}</span> : null}
      </div>
      {props.value === null ? (
        <progress aria-label={props.label} />
      ) : (
        <progress aria-label={props.label} value={Math.min(props.value, max)} max={max || 1} />
      )}
    </div>
  );
}
