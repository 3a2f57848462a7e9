// Labels one sample after the other: draw it or fill it in, then tap what it is, and the pad is clear for the next.
import { useState } from 'preact/hooks';
import type { InputInterface } from '../../../core/artifact/interface.ts';
import type { Manifest } from '../../../core/artifact/documents.ts';
import { cellCounts } from '../../../core/data/drawing.ts';
import type { Sample } from '../../../device/schema.ts';
import { t } from '../../i18n/teach.ts';
import { Card } from '../../parts/card.tsx';
import { Button } from '../../parts/button.tsx';
import { DrawingPad, penShare, type Stroke } from '../../parts/drawing-pad.tsx';
import { FeaturesForm, numbersFrom, splitRow } from '../../parts/features-form.tsx';
import { Field } from '../../parts/field.tsx';
import { toast } from '../../parts/toast.tsx';
import { cellsAcross, columnNames, inputKind, sampleSize } from '../../state/inputs.ts';
import { label as keep } from '../../state/samples.ts';

/** Labels longer than this get wide buttons. */
const shortLabel = 3;
/** A row of more numbers than this is given as text. */
const fieldsAtMost = 32;
/** Ink in a cell of 4×4 pixels, as the digits' data set counts it. */
const fullCell = 16;

/** What was given so far, and how to read it and to start again. */
interface Given {
  readonly numbers: readonly number[] | null;
  readonly source: Sample['source'];
  readonly clear: () => void;
}

export function LabelMore({ manifest }: { readonly manifest: Manifest }) {
  const [input] = manifest.interface.inputs;
  if (!input || manifest.interface.inputs.length !== 1) return null;
  if (inputKind(manifest.interface) === 'drawing') return <ByDrawing manifest={manifest} input={input} />;
  return sampleSize(input) <= fieldsAtMost && input.meaning?.kind === 'features' ? (
    <ByForm manifest={manifest} input={input} />
  ) : (
    <ByText manifest={manifest} input={input} />
  );
}

interface WayProps {
  readonly manifest: Manifest;
  readonly input: InputInterface;
}

function ByDrawing({ manifest, input }: WayProps) {
  const [strokes, setStrokes] = useState<readonly Stroke[]>([]);
  const size = cellsAcross(input) ?? 8;
  const [paper, ink] = input.meaning?.kind === 'image' ? input.meaning.range : [0, fullCell];
  const counts = strokes.length > 0 ? [...cellCounts(strokes, { size, cell: 4, penWidth: penShare })] : null;
  const numbers = counts?.map(count => paper + (count / fullCell) * (ink - paper)) ?? null;
  return (
    <Card title={t('label')}>
      <div class="stack">
        <p class="soft">{t('labelDrawing')}</p>
        <DrawingPad strokes={strokes} onStrokes={setStrokes} label={t('labelDrawing')} />
        <Labels
          manifest={manifest}
          given={{ numbers, source: 'drawing', clear: () => setStrokes([]) }}
          first={t('drawFirst')}
        />
      </div>
    </Card>
  );
}

function ByForm({ manifest, input }: WayProps) {
  const empty = columnNames(input).map(() => '');
  const [values, setValues] = useState<readonly string[]>(() => middleOf(input) ?? empty);
  return (
    <Card title={t('label')}>
      <div class="stack">
        <p class="soft">{t('labelForm')}</p>
        <FeaturesForm input={input} values={values} onValues={setValues} />
        <Labels
          manifest={manifest}
          given={{ numbers: numbersFrom(values), source: 'form', clear: () => undefined }}
          first={t('fillFirst')}
        />
      </div>
    </Card>
  );
}

/** The middle of what was seen in training: a start that is no error. */
function middleOf({ meaning }: InputInterface): string[] | null {
  if (meaning?.kind !== 'features' || !meaning.ranges) return null;
  return meaning.ranges.map(([low, high]) => String(Number(((low + high) / 2).toPrecision(2))));
}

function ByText({ manifest, input }: WayProps) {
  const [text, setText] = useState('');
  const wanted = sampleSize(input);
  const cells = splitRow(text.replace(/\s+/g, ' '));
  const numbers = numbersFrom(cells);
  const wrong = text.trim() !== '' && (numbers === null || cells.length !== wanted);
  return (
    <Card title={t('label')}>
      <div class="stack">
        <Field
          label={t('numbersOf', { n: wanted })}
          error={wrong ? t('numbersWrong', { wanted, got: numbers === null ? 0 : cells.length }) : null}
        >
          {attributes => (
            <textarea
              {...attributes}
              class="input"
              rows={4}
              spellcheck={false}
              value={text}
              onInput={event => setText(event.currentTarget.value)}
            />
          )}
        </Field>
        <Labels
          manifest={manifest}
          given={{
            numbers: wrong || text.trim() === '' ? null : numbers,
            source: 'form',
            clear: () => setText(''),
          }}
          first={t('fillFirst')}
        />
      </div>
    </Card>
  );
}

function Labels(props: { readonly manifest: Manifest; readonly given: Given; readonly first: string }) {
  const { manifest, given, first } = props;
  const labels = manifest.labels ?? [];
  const choose = async (label: string): Promise<void> => {
    const { numbers, source, clear } = given;
    if (!numbers) {
      toast(first);
      return;
    }
    const { model } = manifest;
    if (await keep({ model, features: numbers, label, source, answered: null })) clear();
  };
  const wide = labels.some(label => label.length > shortLabel);
  return (
    <div class="stack-close">
      <h3>{t('whatIsIt')}</h3>
      <div class={`teach-labels ${wide ? 'wide' : ''}`} role="group" aria-label={t('whatIsIt')}>
        {labels.map(label => (
          <Button key={label} disabled={!given.numbers} onClick={() => choose(label)}>
            {label}
          </Button>
        ))}
      </div>
    </div>
  );
}
