// A table before it is brought in: which column says what each row is, what is taken, and what is not and why.
import { useEffect, useMemo, useState } from 'preact/hooks';
import { type Failure, toFailure } from '../../../core/errors.ts';
import { rowLimits } from '../../../core/teach/row-limits.ts';
import { t } from '../../i18n/bring-table.ts';
import { t as common } from '../../i18n/common.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Check } from '../../parts/field.tsx';
import { Select } from '../../parts/select.tsx';
import type { Teaching } from '../../state/project.ts';
import { bringing } from './bringing.ts';
import { ChooseColumns } from './choose-columns.tsx';
import { freeLabel } from './class-card.tsx';
import { letGo, type WaitingTable } from './given-tables.ts';
import type { LookedAtTable, TableReading } from './given-table.ts';
import { sayRows } from './say-brought.ts';
import { TableFacts, UnreadTable } from './table-facts.tsx';

type LookAtTable = (typeof import('./given-table.ts'))['lookAtTable'];

/** No column is called so: names are trimmed. */
const noColumn = ' ';

export function OfferTable({
  teaching,
  given,
}: {
  readonly teaching: Teaching;
  readonly given: WaitingTable;
}) {
  const lookAtTable = useTableReader();
  const [reading, setReading] = useState<TableReading>(given.into === null ? {} : { label: null });
  const known = teaching.examples.value.length > 0 ? teaching.project.value.columns : null;
  const looked = useMemo(
    () => lookAtTable && attempt(lookAtTable, given, known, reading),
    [lookAtTable, given, known, reading],
  );
  const [into, setInto] = useState<string | null>(given.into);
  const close = (): void => letGo(given);
  const found = looked && 'table' in looked ? looked : null;
  const count = found?.read.rows.length ?? 0;
  const total = useTotal(teaching, found);
  const isRefused = count === 0 || total === null || total > rowLimits.rows;
  const label = into ?? defaultClass(teaching, given);
  const bring = (): void => {
    close();
    if (found) void bringRows(teaching, found, label);
  };
  // Opened with what it asks: what comes first there is in focus.
  if (!looked) return null;
  return (
    <Dialog
      title={given.name ?? t('pasted')}
      onClose={close}
      actions={
        <>
          <Button onClick={close}>{common('cancel')}</Button>
          <Button kind="primary" icon="check" disabled={isRefused} onClick={bring}>
            {t('bring', { n: count })}
          </Button>
        </>
      }
    >
      {'table' in looked ? null : <UnreadTable failure={looked} />}
      {found ? (
        <div class="stack">
          <WhichLabel found={found} onLabel={chosen => setReading({ ...reading, label: chosen })} />
          {found.label === null ? (
            <IntoClass teaching={teaching} given={given} value={label} onClass={setInto} />
          ) : null}
          <Check checked={found.table.headed} onChange={headed => setReading({ ...reading, headed })}>
            {t('headed')}
          </Check>
          <ChooseColumns
            choices={found.choices}
            onTaken={(name, isTaken) =>
              setReading({ ...reading, taken: new Map(reading.taken).set(name, isTaken) })
            }
          />
          <TableFacts found={found} total={total} />
        </div>
      ) : null}
    </Dialog>
  );
}

/** What reads tables is fetched with the first of them. */
function useTableReader(): LookAtTable | null {
  const [reader, setReader] = useState<{ readonly look: LookAtTable } | null>(null);
  useEffect(() => {
    void import('./given-table.ts').then(({ lookAtTable }) => setReader({ look: lookAtTable }));
  }, []);
  return reader?.look ?? null;
}

/** How many rows the project would have then; null: that is being counted, for some of the table's may be among its own. */
function useTotal(teaching: Teaching, found: LookedAtTable | null): number | null {
  const here = teaching.examples.value.length;
  const most = here + (found?.different ?? 0);
  const [counted, setCounted] = useState<{
    readonly of: LookedAtTable;
    readonly total: number | null;
  } | null>(null);
  const isOver = most > rowLimits.rows;
  useEffect(() => {
    if (!isOver || !found) return undefined;
    let wanted = true;
    void teaching
      .rowsWith(found.read.rows.map(({ values }) => values))
      .then(total => wanted && setCounted({ of: found, total }));
    return () => {
      wanted = false;
    };
  }, [teaching, found, isOver, here]);
  if (!isOver) return most;
  return counted?.of === found ? counted.total : null;
}

function attempt(
  look: LookAtTable,
  given: WaitingTable,
  known: readonly string[] | null,
  reading: TableReading,
): LookedAtTable | Failure {
  try {
    return look(given, known, reading);
  } catch (thrown) {
    return toFailure(thrown);
  }
}

function WhichLabel(props: {
  readonly found: LookedAtTable;
  readonly onLabel: (label: string | null) => void;
}) {
  const { found, onLabel } = props;
  const columns = found.table.columns.map(name => ({ value: name, label: name || t('noName') }));
  return (
    <Select
      label={t('label')}
      value={found.label ?? noColumn}
      options={[{ value: noColumn, label: t('noLabel') }, ...columns]}
      onChange={name => onLabel(name === noColumn ? null : name)}
    />
  );
}

/** A class that is there, or one that is called as the file is. */
function IntoClass(props: {
  readonly teaching: Teaching;
  readonly given: WaitingTable;
  /** A label. */
  readonly value: string;
  readonly onClass: (label: string) => void;
}) {
  const { teaching, given, value, onClass } = props;
  const { classes } = teaching.project.value;
  const fresh = given.name ?? freeLabel(classes);
  const options = classes.map(({ label }) => ({ value: label, label }));
  if (!classes.some(({ label }) => label === fresh)) {
    options.push({ value: fresh, label: t('newClass', { name: fresh }) });
  }
  return <Select label={t('into')} value={value} options={options} onChange={onClass} />;
}

function defaultClass(teaching: Teaching, { name, into }: WaitingTable): string {
  const { classes } = teaching.project.value;
  return into ?? name ?? classes[0]?.label ?? freeLabel(classes);
}

/** @param into what rows are of that say nothing themselves */
async function bringRows(teaching: Teaching, { matched, read }: LookedAtTable, into: string): Promise<void> {
  const shown = bringing(read.rows.length);
  const rows = read.rows.map(({ label, values }) => ({ label: label ?? into, values }));
  const brought = await teaching.bringRows(matched.columns, rows, {
    signal: shown.signal,
    onProgress: done => shown.show(done, rows.length),
  });
  shown.end();
  if (brought) await sayRows(teaching, brought, read.unreadable);
}
