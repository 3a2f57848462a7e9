// One sample, drawn or filled in, answered while it changes.
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { InputInterface } from '../../../core/artifact/interface.ts';
import { sampleSize } from '../../../core/data/columns.ts';
import { fromRecorded } from '../../../core/runtime/recorded-tensors.ts';
import { t } from '../../i18n/use.ts';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { Cells } from '../../parts/cells.tsx';
import { DrawingPad, type Stroke } from '../../parts/drawing-pad.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { FeaturesForm, numbersFrom } from '../../parts/features-form.tsx';
import { TextArea } from '../../parts/field.tsx';
import { createLiveAnswers } from '../../state/answers.ts';
import { drawnSample, inkRange } from '../../state/drawn.ts';
import { cellsAcross, firstSample, toInput } from '../../state/inputs.ts';
import type { VersionInUse } from '../../state/version.ts';
import { AnswerDetails, AnswerHead } from './answer.tsx';
import { Correct } from './correct.tsx';
import type { WayProps } from './use.tsx';

interface Given {
  /** One sample; null while there is none to answer. */
  readonly numbers: readonly number[] | null;
  /** As typed; follows `numbers` unless it was typed. */
  readonly texts: readonly string[];
  readonly strokes: readonly Stroke[];
  readonly isExample: boolean;
}

export function Live({ inUse, variant, kind }: WayProps & { readonly kind: 'drawing' | 'features' }) {
  const input = inUse.manifest.interface.inputs[0]!;
  const [example, setExample] = useState(0);
  const [given, setGiven] = useState<Given>(() => fromNumbers(exampleOf(inUse, input, 0), true));
  const live = useMemo(createLiveAnswers, []);
  const { numbers } = given;
  useEffect(() => {
    live.ask(numbers ? { version: inUse, variant, inputs: { [input.name]: toInput(input, numbers) } } : null);
  }, [numbers, inUse, variant, input, live]);
  const nextExample = () => {
    setExample(example + 1);
    setGiven(fromNumbers(exampleOf(inUse, input, example + 1), true));
  };
  const another =
    inUse.examples.length > 1 ? (
      <Button icon="refresh" label={t('anotherExample')} onClick={nextExample}>
        {t('example')}
      </Button>
    ) : null;
  const answer = live.answer.value;
  return (
    <div class="live">
      <div class="live-head">
        <AnswerHead answer={answer} asked={numbers !== null} />
        {live.problem.value ? <ErrorNote failure={live.problem.value} /> : null}
      </div>
      <div class="live-input stack">
        {kind === 'drawing' ? (
          <Drawing input={input} given={given} onGiven={setGiven} another={another} />
        ) : (
          <>
            <FeaturesForm
              input={input}
              values={given.texts}
              onValues={texts => setGiven({ ...given, texts, numbers: numbersFrom(texts), isExample: false })}
            />
            {another ? <div>{another}</div> : null}
          </>
        )}
        {given.isExample ? <p class="soft small">{t('exampleShown')}</p> : null}
      </div>
      <div class="live-details stack">
        {numbers && answer ? (
          <Correct
            inUse={inUse}
            features={numbers}
            answered={answer.decided[0]?.label ?? null}
            source={kind === 'drawing' ? 'drawing' : 'form'}
          />
        ) : null}
        {answer && answer.decided.length > 0 ? (
          <Card title={t('probabilities')}>
            <AnswerDetails answer={answer} />
          </Card>
        ) : null}
      </div>
    </div>
  );
}

/** The recorded inputs that came with the version; without them, the middle of what was seen in training, or zeros. */
function exampleOf({ examples }: VersionInUse, input: InputInterface, i: number): number[] {
  const recorded = examples[i % examples.length]?.inputs[input.name];
  if (recorded) return firstSample(input, fromRecorded(recorded));
  const { meaning } = input;
  if (meaning?.kind === 'features' && meaning.ranges)
    return meaning.ranges.map(([low, high]) => (low + high) / 2);
  return new Array<number>(sampleSize(input)).fill(0);
}

function fromNumbers(numbers: readonly number[], isExample: boolean): Given {
  return { numbers, texts: numbers.map(shortest), strokes: [], isExample };
}

/** A float32 as people wrote it: 5.1, not 5.099999904632568. */
function shortest(value: number): string {
  return String(Number(value.toPrecision(7)));
}

function Drawing(props: {
  readonly input: InputInterface;
  readonly given: Given;
  readonly onGiven: (given: Given) => void;
  readonly another: preact.ComponentChildren;
}) {
  const { input, given, onGiven } = props;
  const size = cellsAcross(input) ?? 8;
  const [paper, ink] = inkRange(input);
  const draw = (strokes: readonly Stroke[]) => {
    const numbers = drawnSample(input, strokes);
    onGiven({ numbers, texts: (numbers ?? []).map(shortest), strokes, isExample: false });
  };
  const example =
    given.isExample && given.numbers ? <Cells values={given.numbers} size={size} max={ink} label="" /> : null;
  return (
    <>
      <DrawingPad strokes={given.strokes} onStrokes={draw} label={t('drawLabel')} under={example}>
        {props.another}
      </DrawingPad>
      {given.numbers && !given.isExample ? (
        <div class="row">
          <Cells values={given.numbers} size={size} max={ink} label={t('seenByModel', { n: size })} />
          <span class="soft small grow">{t('seenByModel', { n: size })}</span>
        </div>
      ) : null}
      <NumbersInstead
        given={given}
        count={size * size}
        range={[paper, ink]}
        onNumbers={(text, numbers) => onGiven({ numbers, texts: [text], strokes: [], isExample: false })}
      />
    </>
  );
}

/** For those who cannot draw: the same numbers, typed. */
function NumbersInstead(props: {
  readonly given: Given;
  readonly count: number;
  readonly range: readonly [number, number];
  readonly onNumbers: (text: string, numbers: number[] | null) => void;
}) {
  const { given, count } = props;
  const text = given.texts.join(' ');
  return (
    <details class="fold">
      <summary>{t('enterNumbers')}</summary>
      <TextArea
        label={t('numbersLabel', { n: count, low: props.range[0], high: props.range[1] })}
        value={text}
        onInput={typed => {
          const cells = typed.split(/[\s,;]+/).filter(Boolean);
          props.onNumbers(typed, cells.length === count ? numbersFrom(cells) : null);
        }}
      />
    </details>
  );
}
