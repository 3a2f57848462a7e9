// What a table comes to before it is brought in, and what is wrong with one, in three lines.
import type { Failure } from '../../../core/errors.ts';
import { shortest } from '../../../core/data/dataset.ts';
import { rowLimits } from '../../../core/teach/row-limits.ts';
import { t } from '../../i18n/bring-table.ts';
import { wordsOfShown } from '../../i18n/shown-or-row.ts';
import { Note } from '../../parts/note.tsx';
import { nameWithWhy } from './choose-columns.tsx';
import type { LookedAtTable } from './given-table.ts';

/** Of a list, so many are named. */
const namedAtMost = 8;

function named(names: readonly string[]): string {
  if (names.length === 0) return t('none');
  return names.slice(0, namedAtMost).join(', ') + (names.length > namedAtMost ? ' …' : '');
}

/** @param props.total rows that the project would have then; null: nobody knows yet */
export function TableFacts(props: { readonly found: LookedAtTable; readonly total: number | null }) {
  const { found, total } = props;
  return (
    <>
      <Refusal {...props} />
      {found.read.rows.length > 0 && (total ?? 0) <= rowLimits.rows ? <Rows found={found} /> : null}
      <NotTaken found={found} />
    </>
  );
}

/** Why it cannot be brought in, if it cannot. */
function Refusal({ found, total }: { readonly found: LookedAtTable; readonly total: number | null }) {
  const { columns, missing, extra } = found.matched;
  if (columns.length === 0) {
    return <ThreeLines what={t('noNumbers')} why={t('noNumbersWhy')} todo={t('noNumbersDo')} />;
  }
  if (missing.length > 0 || extra.length > 0) {
    const why = t('unfitWhy', { missing: named(missing), extra: named(extra) });
    return <ThreeLines what={t('unfit')} why={why} todo={t('unfitDo')} />;
  }
  if (columns.length > rowLimits.columns) {
    const why = t('tooManyColumns', { n: columns.length, max: rowLimits.columns });
    return <ThreeLines what={t('tooMuch')} why={why} todo={t('tooManyColumnsDo')} />;
  }
  if (total !== null && total > rowLimits.rows) {
    const why = t('tooManyRows', { n: total, max: rowLimits.rows });
    return <ThreeLines what={t('tooMuch')} why={why} todo={t('tooManyRowsDo')} />;
  }
  return null;
}

function Rows({ found }: { readonly found: LookedAtTable }) {
  const { matched, read, labels, conflicts } = found;
  const classes = [...labels].map(([label, n]) => `${label} (${n})`);
  const first = Array.from(read.rows[0]!.values, (value, i) =>
    t('cell', { name: matched.columns[i]!, value: shortest(value) }),
  );
  return (
    <ul class="stack-close" aria-live="polite">
      <li>{t('rows', { n: read.rows.length })}</li>
      <li>{t('columnCount', { n: matched.columns.length })}</li>
      <li>{t('firstRow', { row: named(first) })}</li>
      {found.label === null ? null : <li>{t('classes', { n: labels.size, names: named(classes) })}</li>}
      {conflicts > 0 ? <li>{t('conflicts', { n: conflicts })}</li> : null}
    </ul>
  );
}

function NotTaken({ found: { matched, read, choices } }: { readonly found: LookedAtTable }) {
  const left = choices.filter(({ isTaken }) => !isTaken).map(nameWithWhy);
  const lines = [
    left.length > 0 ? t('columnsNotTaken', { names: named(left) }) : null,
    matched.leftOut.length > 0 ? t('leftOut', { names: named(matched.leftOut) }) : null,
    read.unreadable > 0 ? wordsOfShown('row')('unreadable', { n: read.unreadable }) : null,
    read.unlabelled > 0 ? t('unlabelled', { n: read.unlabelled }) : null,
  ].filter(line => line !== null);
  if (lines.length === 0) return null;
  return (
    <ul class="stack-close" aria-live="polite">
      {lines.map(line => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}

export function UnreadTable({ failure }: { readonly failure: Failure }) {
  return <ThreeLines what={t('unread')} why={failure.detail} todo={t('unreadDo')} />;
}

function ThreeLines(props: { readonly what: string; readonly why: string; readonly todo: string }) {
  return (
    <div role="alert">
      <Note tone="bad">
        <strong>{props.what}</strong>
        <span class="detail">{props.why}</span>
        <span>{props.todo}</span>
      </Note>
    </div>
  );
}
