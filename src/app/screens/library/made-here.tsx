// What this device made, and what was carried here: candidates, and how far each is on its way to the registry.
import { candidateSchema } from '../../../core/artifact/documents.ts';
import { readDocument } from '../../../core/artifact/signature.ts';
import type { CandidateRow } from '../../../device/schema.ts';
import { formatDate } from '../../i18n/format.ts';
import { t } from '../../i18n/library.ts';
import { LinkButton } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { Chip } from '../../parts/chip.tsx';
import { href } from '../../router.ts';
import { candidates } from '../../state/candidates.ts';
import { activeByModel } from '../../state/installed.ts';
import { outbox } from '../../state/outbox.ts';
import { deviceName } from '../../state/peers.ts';

export function MadeHere() {
  if (candidates.value.length === 0) return null;
  return (
    <Card title={t('made')}>
      <ul role="list" class="versions">
        {candidates.value.map(row => (
          <li key={row.digest} class="version">
            <div class="row">
              <strong>{nameOf(row)}</strong>
              <State row={row} />
              {activeByModel.value.get(row.model)?.candidate === row.digest ? (
                <Chip tone="good" icon="check">
                  {t('inUse')}
                </Chip>
              ) : null}
              {row.from === null ? null : <Chip icon="device">{deviceName(row.from)}</Chip>}
            </div>
            <div class="row spread">
              <span class="soft small">{formatDate(row.createdAt)}</span>
              <LinkButton kind="quiet" icon="judge" href={href('judge', row.model)}>
                {t('judgeIt')}
              </LinkButton>
            </div>
            <Reason row={row} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

function nameOf(row: CandidateRow): string {
  const { model, parent } = readDocument(row.document, candidateSchema);
  return parent ? t('madeFrom', { model, version: String(parent.version) }) : t('madeNew', { model });
}

function State({ row }: { readonly row: CandidateRow }) {
  switch (row.state) {
    case 'judging':
      return <Chip icon="judge">{t('judging')}</Chip>;
    case 'kept':
      return <Chip icon="device">{t('kept')}</Chip>;
    case 'queued':
      return (
        <Chip tone="warn" icon="clock">
          {t('waiting')}
        </Chip>
      );
    case 'sent':
      return (
        <Chip tone="good" icon="sent">
          {t('sentAs', { version: String(row.receipt?.version ?? '–') })}
        </Chip>
      );
    case 'refused':
      return (
        <Chip tone="bad" icon="bad">
          {t('refused')}
        </Chip>
      );
  }
}

function Reason({ row }: { readonly row: CandidateRow }) {
  const waiting = outbox.value.find(
    item => item.kind === 'candidate' && item.candidate === row.digest,
  )?.lastError;
  if (row.state === 'queued' && waiting) return <p class="small">{t('waitsFor', { reason: waiting })}</p>;
  if (row.state === 'refused' && row.problem) return <p class="small">{row.problem}</p>;
  return null;
}
