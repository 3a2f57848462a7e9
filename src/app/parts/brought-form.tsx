// What a file does not say by itself: the model's name, the labels of its classes, its pixels, a note for people.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { modelNameSchema } from '../../core/artifact/names.ts';
import type { Failure } from '../../core/errors.ts';
import { imageLayout, type PixelRange } from '../../core/import/pixels.ts';
import { t } from '../i18n/brought.ts';
import {
  classesOf,
  type Inspected,
  labelsFromText,
  nameFromFile,
  type Said,
} from '../state/brought-model.ts';
import { Button } from './button.tsx';
import { ErrorNote } from './error-note.tsx';
import { TextArea, TextField } from './field.tsx';
import type { IconName } from './icon.tsx';
import { Select } from './select.tsx';

const longestNote = 1024;

const pixelChoices = ['unsaid', 'bytes', 'unit', 'signed'] as const;
type PixelChoice = (typeof pixelChoices)[number];
const pixelRanges: Readonly<Record<PixelChoice, PixelRange | null>> = {
  unsaid: null,
  bytes: [0, 255],
  unit: [0, 1],
  signed: [-1, 1],
};

/** What is said of a name; or why it cannot be taken. */
export type Named = { readonly said: string } | { readonly refused: string };

export interface BroughtFormProps {
  readonly inspected: Inspected;
  readonly problem: Failure | null;
  readonly nameHint: string;
  /** What a name that could be one comes to. */
  readonly sayName: (name: string) => Named;
  readonly action: string;
  readonly icon: IconName;
  readonly busy?: boolean;
  /** Beside the button. */
  readonly children?: ComponentChildren;
  readonly onGive: (name: string, said: Said) => Promise<void>;
}

export function BroughtForm(props: BroughtFormProps) {
  const { inspected, problem, busy = false } = props;
  const [name, setName] = useState(() => nameFromFile(inspected.name));
  const [labelText, setLabelText] = useState(() => inspected.labels?.join('\n') ?? '');
  const [pixels, setPixels] = useState<PixelChoice>('unsaid');
  const [note, setNote] = useState('');
  const labels = labelsFromText(labelText);
  const classes = classesOf(inspected.inspection.interface);
  const nameWrong = !modelNameSchema.safeParse(name).success;
  const named: Named = nameWrong ? { refused: t('nameWrong') } : props.sayName(name);
  const mismatch = labels !== null && classes !== null && labels.length !== classes;
  const isComplete = !('refused' in named) && !mismatch;
  const give = async (): Promise<void> => {
    if (!isComplete || busy) return;
    await props.onGive(name, { labels, note: note.trim() || null, pixels: pixelRanges[pixels] });
  };
  return (
    <form
      class="stack"
      onSubmit={event => {
        event.preventDefault();
        void give();
      }}
    >
      {problem ? <ErrorNote failure={problem} /> : null}
      <Name name={name} onName={setName} hint={props.nameHint} named={named} />
      <Labels
        text={labelText}
        onText={setLabelText}
        error={mismatch ? t('labelsMismatch', { classes, n: labels.length }) : null}
      />
      {asksForPixels(inspected) ? (
        <Select
          label={t('pixels')}
          hint={t('pixelsHint')}
          value={pixels}
          options={pixelChoices.map(value => ({ value, label: t(`pixels-${value}`) }))}
          onChange={setPixels}
        />
      ) : null}
      <TextField
        label={t('note')}
        value={note}
        hint={t('noteHint')}
        maxLength={longestNote}
        onInput={setNote}
      />
      <div class="row">
        <Button kind="primary" icon={props.icon} type="submit" busy={busy} disabled={!isComplete}>
          {props.action}
        </Button>
        {props.children}
      </div>
    </form>
  );
}

function Name(props: {
  readonly name: string;
  readonly onName: (name: string) => void;
  readonly hint: string;
  readonly named: Named;
}) {
  const { name, onName, hint, named } = props;
  return (
    <>
      <TextField
        label={t('name')}
        value={name}
        hint={hint}
        error={'refused' in named ? named.refused : null}
        onInput={onName}
      />
      {'said' in named ? (
        <p class="small" role="status">
          {named.said}
        </p>
      ) : null}
    </>
  );
}

/** What takes one image, and does not say how. */
function asksForPixels({ inspection }: Inspected): boolean {
  const [input, ...others] = inspection.interface.inputs;
  return input !== undefined && others.length === 0 && !input.meaning && imageLayout(input) !== null;
}

function Labels(props: {
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly error: string | null;
}) {
  return (
    <TextArea
      label={t('labels')}
      hint={t('labelsHint')}
      error={props.error}
      value={props.text}
      onInput={props.onText}
    />
  );
}
