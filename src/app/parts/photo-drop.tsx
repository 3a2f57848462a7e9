// Where photos are dropped, pasted by choosing files, or taken from a folder. Hands over files with the folder each lay in.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { filesOf, type GivenFile } from '../state/given-files.ts';

/** Takes what is dropped on it, and only says so while something is over it. */
export function DropTarget(props: {
  readonly onFiles: (files: readonly GivenFile[]) => void;
  readonly class?: string;
  /** What else may be dropped, by its media type: photos of another class. */
  readonly onOther?: (data: DataTransfer) => boolean;
  readonly children: ComponentChildren;
}) {
  const [over, setOver] = useState(false);
  const base = props.class ?? '';
  return (
    <div
      class={over ? `${base} drop-over`.trim() : base || undefined}
      onDragOver={event => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={event => {
        const to = event.relatedTarget;
        if (!(to instanceof Node && event.currentTarget.contains(to))) setOver(false);
      }}
      onDrop={event => {
        event.preventDefault();
        setOver(false);
        if (!event.dataTransfer || props.onOther?.(event.dataTransfer)) return;
        void filesOf(event.dataTransfer).then(files => files.length > 0 && props.onFiles(files));
      }}
    >
      {props.children}
    </div>
  );
}

/** A button that opens the system's choice of files, or of a folder. */
export function ChooseFiles(props: {
  readonly accept?: string;
  readonly folder?: boolean;
  readonly one?: boolean;
  /** There are no words in it. */
  readonly isIcon?: boolean;
  /** The accessible name where the words alone say too little. */
  readonly label?: string;
  readonly onFiles: (files: readonly GivenFile[]) => void;
  readonly children: ComponentChildren;
}) {
  return (
    <label class={props.isIcon ? 'button file-button icon-only' : 'button file-button'} title={props.label}>
      <input
        type="file"
        class="visually-hidden"
        accept={props.accept}
        aria-label={props.label}
        multiple={!props.one}
        {...(props.folder ? { webkitdirectory: true } : {})}
        onChange={event => {
          const files = [...(event.currentTarget.files ?? [])].map(file => ({
            file,
            path: file.webkitRelativePath || file.name,
          }));
          event.currentTarget.value = '';
          if (files.length > 0) props.onFiles(files);
        }}
      />
      {props.children}
    </label>
  );
}
