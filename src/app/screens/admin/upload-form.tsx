// What a file does not say by itself: the model's name, the labels of its classes, a note for people.
import { useState } from 'preact/hooks';
import { modelNameSchema } from '../../../core/artifact/names.ts';
import type { Failure } from '../../../core/errors.ts';
import { imageLayout, type PixelRange } from '../../../core/import/pixels.ts';
import { t } from '../../i18n/admin.ts';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { Field, TextField } from '../../parts/field.tsx';
import { Select } from '../../parts/select.tsx';
import { classesOf, type Inspected, labelsFromText, nameFromFile } from '../../state/admin-upload.ts';
import { admin, upload } from './session.ts';

const longestNote = 1024;

const pixelChoices = ['unsaid', 'bytes', 'unit', 'signed'] as const;
type PixelChoice = (typeof pixelChoices)[number];
const pixelRanges: Readonly<Record<PixelChoice, PixelRange | null>> = {
  unsaid: null,
  bytes: [0, 255],
  unit: [0, 1],
  signed: [-1, 1],
};

/** What takes one image, and does not say how. */
function asksForPixels({ inspection }: Inspected): boolean {
  const [input, ...others] = inspection.interface.inputs;
  return input !== undefined && others.length === 0 && !input.meaning && imageLayout(input) !== null;
}

export function UploadForm(props: { readonly inspected: Inspected; readonly problem: Failure | null }) {
  const { inspected, problem } = props;
  const [name, setName] = useState(() => nameFromFile(inspected.name));
  const [labelText, setLabelText] = useState(() => inspected.imported?.labels?.join('\n') ?? '');
  const [pixels, setPixels] = useState<PixelChoice>('unsaid');
  const [note, setNote] = useState('');
  const labels = labelsFromText(labelText);
  const classes = classesOf(inspected.inspection.interface);
  const nameWrong = !modelNameSchema.safeParse(name).success;
  const mismatch = labels !== null && classes !== null && labels.length !== classes;
  const known = admin.models.value.find(model => model.model === name);
  const next = (known?.versions[0]?.version ?? 0) + 1;
  const send = async () => {
    if (nameWrong || mismatch) return;
    await upload.send(name, { labels, note: note.trim() || null, pixels: pixelRanges[pixels] });
    await admin.refresh();
  };
  return (
    <Card title={t('upload')}>
      <form
        class="stack"
        onSubmit={event => {
          event.preventDefault();
          void send();
        }}
      >
        {problem ? <ErrorNote failure={problem} /> : null}
        <TextField
          label={t('name')}
          value={name}
          hint={t('nameHint')}
          error={nameWrong ? t('nameWrong') : null}
          onInput={setName}
        />
        {nameWrong ? null : (
          <p class="small" role="status">
            {known
              ? t('nextVersion', { model: name, version: String(next) })
              : t('newModel', { model: name })}
          </p>
        )}
        <Field
          label={t('labels')}
          hint={t('labelsHint')}
          error={mismatch ? t('labelsMismatch', { classes, n: labels.length }) : null}
        >
          {attributes => (
            <textarea
              {...attributes}
              class="input"
              rows={4}
              spellcheck={false}
              value={labelText}
              onInput={event => setLabelText(event.currentTarget.value)}
            />
          )}
        </Field>
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
        <div>
          <Button kind="primary" icon="upload" type="submit" disabled={nameWrong || mismatch}>
            {t('send')}
          </Button>
        </div>
      </form>
    </Card>
  );
}
