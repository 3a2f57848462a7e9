// One sample for a model that takes one input: drawn, filled in, or given as a row of numbers. Knows no labels, no answers.
import { useEffect, useState } from 'preact/hooks';
import type { InputInterface, ModelInterface } from '../../core/artifact/interface.ts';
import { columnNames, sampleSize } from '../../core/data/columns.ts';
import { t } from '../i18n/parts.ts';
import { drawnSample } from '../state/drawn.ts';
import { inputKind } from '../state/inputs.ts';
import { DrawingPad, type Stroke } from './drawing-pad.tsx';
import { FeaturesForm, numbersFrom, splitRow } from './features-form.tsx';
import { TextArea } from './field.tsx';

/** A row of more numbers than this is given as text. */
const fieldsAtMost = 32;

export interface SampleInputProps {
  readonly interface: ModelInterface;
  /** Says what to do with it. */
  readonly label: string;
  /** Null while there is no whole sample. */
  readonly onNumbers: (numbers: readonly number[] | null) => void;
}

/** How the sample is given; null where the model takes no single sample of numbers. */
export function sampleSource(face: ModelInterface): 'drawing' | 'form' | null {
  const [input] = face.inputs;
  if (!input || face.inputs.length !== 1 || input.datatype === 'BYTES') return null;
  const kind = inputKind(face);
  if (kind === 'photo' || kind === 'sound') return null;
  return kind === 'drawing' ? 'drawing' : 'form';
}

/** Keeps what was given; a new `key` starts it again. */
export function SampleInput(props: SampleInputProps) {
  const [input] = props.interface.inputs;
  if (!input) return null;
  if (sampleSource(props.interface) === 'drawing') return <Drawn {...props} input={input} />;
  return input.meaning?.kind === 'features' && sampleSize(input) <= fieldsAtMost ? (
    <FilledIn {...props} input={input} />
  ) : (
    <Typed {...props} input={input} />
  );
}

type WayProps = SampleInputProps & { readonly input: InputInterface };

function Drawn({ input, label, onNumbers }: WayProps) {
  const [strokes, setStrokes] = useState<readonly Stroke[]>([]);
  const draw = (next: readonly Stroke[]): void => {
    setStrokes(next);
    onNumbers(drawnSample(input, next));
  };
  return <DrawingPad strokes={strokes} onStrokes={draw} label={label} />;
}

function FilledIn({ input, onNumbers }: WayProps) {
  const [values, setValues] = useState<readonly string[]>(
    () => middleOf(input) ?? columnNames(input).map(() => ''),
  );
  useEffect(() => onNumbers(numbersFrom(values)), []);
  const fill = (next: readonly string[]): void => {
    setValues(next);
    onNumbers(numbersFrom(next));
  };
  return <FeaturesForm input={input} values={values} onValues={fill} />;
}

/** The middle of what was seen in training: a start that is no error. */
function middleOf({ meaning }: InputInterface): string[] | null {
  if (meaning?.kind !== 'features' || !meaning.ranges) return null;
  return meaning.ranges.map(([low, high]) => String(Number(((low + high) / 2).toPrecision(2))));
}

function Typed({ input, label, onNumbers }: WayProps) {
  const [text, setText] = useState('');
  const wanted = sampleSize(input);
  const got = rowOf(text);
  const type = (next: string): void => {
    setText(next);
    const cells = rowOf(next);
    onNumbers(cells.length === wanted ? numbersFrom(cells) : null);
  };
  const wrong = text.trim() !== '' && (got.length !== wanted || numbersFrom(got) === null);
  return (
    <TextArea
      label={label}
      hint={t('valuesHint', { n: wanted })}
      error={wrong ? t('pasteRefused', { got: got.length, wanted }) : null}
      value={text}
      onInput={type}
    />
  );
}

function rowOf(text: string): string[] {
  return splitRow(text.replace(/\s+/g, ' '));
}
