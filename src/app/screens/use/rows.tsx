// Many samples at once: a CSV that is dropped, pasted or chosen; the answers as a table, to take away.
import { useState } from 'preact/hooks';
import { columnNames } from '../../../core/data/columns.ts';
import { type Failure, failure, toFailure } from '../../../core/errors.ts';
import { formatBytes, formatMilliseconds, formatShare, formatNumber } from '../../i18n/format.ts';
import { t as common } from '../../i18n/common.ts';
import { t } from '../../i18n/use.ts';
import { Button } from '../../parts/button.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { TextArea } from '../../parts/field.tsx';
import { saveFile } from '../../parts/save-file.ts';
import { Table } from '../../parts/table.tsx';
import type { AnsweredTable } from '../../state/table-answers.ts';
import type { WayProps } from './use.tsx';

const maxFileBytes = 50 * 2 ** 20;
const rowsShown = 200;
const columnsShown = 6;

/** Answers to a table, and what became of the last one that was given. */
function useAnswers({ inUse, variant }: WayProps) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Failure | null>(null);
  const [answered, setAnswered] = useState<AnsweredTable | null>(null);
  const input = inUse.manifest.interface.inputs[0]!;
  const run = async (csv: string) => {
    setBusy(true);
    setProblem(null);
    setAnswered(null);
    try {
      const { answerTable, readSamples } = await import('../../state/table-answers.ts');
      const result = await answerTable(inUse, variant, readSamples(csv, input));
      if (result.ok) setAnswered(result.value);
      else setProblem(result.error);
    } catch (thrown) {
      setProblem(toFailure(thrown));
    }
    setBusy(false);
  };
  const take = async (file: File | null | undefined) => {
    if (!file) return;
    if (file.size > maxFileBytes) {
      const detail = t('tooLarge', { size: formatBytes(file.size), max: formatBytes(maxFileBytes) });
      setProblem(failure('TooLarge', detail));
      return;
    }
    await run(await file.text());
  };
  return { busy, problem, answered, run, take };
}

export function Rows(props: WayProps) {
  const { inUse } = props;
  const [text, setText] = useState('');
  const { busy, problem, answered, run, take } = useAnswers(props);
  const names = columnNames(inUse.manifest.interface.inputs[0]!);
  return (
    <div class="stack">
      <DropZone onFile={file => void take(file)} />
      <TextArea
        label={t('pasteLabel')}
        hint={t('tableWants', {
          names: names.length > 8 ? `${names.slice(0, 4).join(', ')} … ${names.at(-1)}` : names.join(', '),
        })}
        rows={5}
        value={text}
        onInput={setText}
      />
      <div>
        <Button
          kind="primary"
          icon="play"
          busy={busy}
          disabled={text.trim() === ''}
          onClick={() => void run(text)}
        >
          {t('predictRows')}
        </Button>
      </div>
      {problem ? <ErrorNote failure={problem} /> : null}
      <p class="visually-hidden" role="status">
        {answered ? finding(answered) : ''}
      </p>
      {answered ? (
        <Answers
          answered={answered}
          name={`${inUse.model}-${inUse.version === null ? 'new' : `v${inUse.version}`}`}
        />
      ) : null}
    </div>
  );
}

function finding({ decided, totalMs }: AnsweredTable): string {
  return t('rowsAnswered', { n: decided.length, time: formatMilliseconds(totalMs) });
}

function DropZone({ onFile }: { readonly onFile: (file: File | null | undefined) => void }) {
  const [over, setOver] = useState(false);
  return (
    <div
      class={over ? 'drop over' : 'drop'}
      onDragOver={event => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={event => {
        event.preventDefault();
        setOver(false);
        onFile(event.dataTransfer?.files[0]);
      }}
    >
      <p>{t('dropTable')}</p>
      <label class="button file-button">
        <input
          type="file"
          class="visually-hidden"
          accept=".csv,.tsv,.txt,text/csv"
          onChange={event => {
            onFile(event.currentTarget.files?.[0]);
            event.currentTarget.value = '';
          }}
        />
        {t('chooseFile')}
      </label>
    </div>
  );
}

function Answers({ answered, name }: { readonly answered: AnsweredTable; readonly name: string }) {
  const { table, decided } = answered;
  const shown = table.columns.slice(0, columnsShown);
  const download = async () => {
    const { writeAnswers } = await import('../../state/table-answers.ts');
    saveFile(`${name}.csv`, new Blob([writeAnswers(answered)], { type: 'text/csv' }));
  };
  return (
    <div class="stack">
      <div class="row">
        <Button icon="download" onClick={() => void download()}>
          {t('downloadCsv')}
        </Button>
        {decided.length > rowsShown ? (
          <span class="soft small">{t('rowsShown', { n: rowsShown })}</span>
        ) : null}
      </div>
      <Table
        caption={finding(answered)}
        rowHeads
        columns={[
          { key: 'row', label: t('columnRow'), number: true },
          { key: 'answer', label: t('columnAnswer') },
          { key: 'probability', label: t('columnProbability'), number: true },
          { key: 'sure', label: t('columnSure') },
          ...shown.map(column => ({ key: `given ${column}`, label: column, number: true })),
        ]}
        rows={decided
          .slice(0, rowsShown)
          .map((answer, i) => [
            formatNumber(i + 1),
            answer.label ?? formatNumber(answer.score ?? Number.NaN, undefined, 4),
            answer.probability === null ? '' : formatShare(answer.probability),
            answer.sure ? common('yes') : t('notSure'),
            ...shown.map((_, column) => table.rows[i]?.[column] ?? ''),
          ])}
      />
    </div>
  );
}
