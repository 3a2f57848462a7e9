// A form for any model, made from its interface: each input a field of numbers sized by its shape, zeros to begin with.
import { useState } from 'preact/hooks';
import type { InputInterface, ModelInterface } from '../../core/artifact/interface.ts';
import { type Failure, toFailure } from '../../core/errors.ts';
import { t } from '../i18n/parts.ts';
import { elements, type TensorMap } from '../../core/tensor.ts';
import { parseTensorText } from '../state/tensor-text.ts';
import { Button } from './button.tsx';
import { ErrorNote } from './error-note.tsx';
import { TextArea, TextField } from './field.tsx';

/** More numbers than this are not prefilled: nobody edits them by hand, and empty means zeros. */
const prefilledAtMost = 256;

interface Draft {
  readonly shape: readonly string[];
  readonly text: string;
}

function draftOf({ shape }: InputInterface): Draft {
  const fixed = shape.map(dimension => (dimension === -1 ? 1 : dimension));
  const count = elements(fixed);
  const text = count <= prefilledAtMost ? new Array<string>(count).fill('0').join(', ') : '';
  return { shape: fixed.map(String), text };
}

export function TensorForm(props: {
  readonly interface: ModelInterface;
  readonly onRun: (inputs: TensorMap) => void;
  readonly busy?: boolean;
  readonly action?: string;
}) {
  const { inputs } = props.interface;
  const [drafts, setDrafts] = useState<readonly Draft[]>(() => inputs.map(draftOf));
  const [problem, setProblem] = useState<Failure | null>(null);
  const change = (i: number, draft: Partial<Draft>) =>
    setDrafts(drafts.with(i, { ...(drafts[i] ?? draftOf(inputs[i]!)), ...draft }));
  const run = () => {
    try {
      const tensors = inputs.map((input, i) => {
        const draft = drafts[i] ?? draftOf(input);
        return [input.name, parseTensorText(input, draft.shape.map(Number), draft.text)] as const;
      });
      setProblem(null);
      props.onRun(Object.fromEntries(tensors));
    } catch (thrown) {
      setProblem(toFailure(thrown, 'InputInvalid'));
    }
  };
  return (
    <form
      class="stack"
      onSubmit={event => {
        event.preventDefault();
        run();
      }}
    >
      {inputs.map((input, i) => (
        <TensorField
          key={input.name}
          input={input}
          draft={drafts[i] ?? draftOf(input)}
          onChange={draft => change(i, draft)}
        />
      ))}
      {problem ? <ErrorNote failure={problem} /> : null}
      <div>
        <Button kind="primary" icon="play" type="submit" busy={props.busy ?? false}>
          {props.action ?? t('run')}
        </Button>
      </div>
    </form>
  );
}

function TensorField(props: {
  readonly input: InputInterface;
  readonly draft: Draft;
  readonly onChange: (draft: Partial<Draft>) => void;
}) {
  const { input, draft, onChange } = props;
  const shape = input.shape.map(dimension => (dimension === -1 ? '?' : String(dimension))).join(' × ');
  const wanted = elements(draft.shape.map(Number));
  return (
    <fieldset class="tensor">
      <legend>
        <code>{input.name}</code>{' '}
        <span class="soft small">{`${input.datatype} · ${shape || t('scalar')}`}</span>
      </legend>
      {input.shape.includes(-1) ? (
        <div class="row">
          {input.shape.map((dimension, i) =>
            dimension === -1 ? (
              <TextField
                key={i}
                label={t('dimension', { i: i + 1 })}
                inputMode="numeric"
                value={draft.shape[i] ?? '1'}
                onInput={value => onChange({ shape: draft.shape.with(i, value) })}
              />
            ) : null,
          )}
        </div>
      ) : null}
      <TextArea
        label={t('values')}
        hint={t('valuesHint', { n: Number.isFinite(wanted) ? wanted : 0 })}
        value={draft.text}
        onInput={text => onChange({ text })}
      />
    </fieldset>
  );
}
