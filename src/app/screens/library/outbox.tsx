// What waits to be sent: what it is, since when, and what it waits for.
import { samplesSchema } from '../../../core/artifact/documents.ts';
import { readDocument } from '../../../core/artifact/signature.ts';
import type { DocumentItem } from '../../../device/outbox-items.ts';
import type { OutboxItem } from '../../../device/schema.ts';
import { titleOf } from '../../i18n/errors.ts';
import { formatDate } from '../../i18n/format.ts';
import { t } from '../../i18n/updates.ts';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { candidates } from '../../state/candidates.ts';
import { outbox, sendNow, withdraw } from '../../state/outbox.ts';

export function Outbox() {
  if (outbox.value.length === 0) return null;
  return (
    <Card
      title={t('outbox')}
      actions={
        <Button kind="quiet" icon="send" onClick={sendNow}>
          {t('sendNow')}
        </Button>
      }
    >
      <ul role="list" class="versions">
        {outbox.value.map(item => (
          <li key={item.id} class="version">
            <strong>{nameOf(item)}</strong>
            <p class="soft small">{t('since', { when: formatDate(item.queuedAt) })}</p>
            <p class="small">{stateOf(item)}</p>
            <div>
              <Button
                kind="quiet"
                icon={isRefused(item) ? 'check' : 'close'}
                onClick={() => void withdraw(item)}
              >
                {isRefused(item) ? t('dismissRefused') : t('keepHere')}
              </Button>
            </div>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function nameOf(item: OutboxItem): string {
  if (item.kind === 'document') return documentName(item);
  const row = candidates.value.find(candidate => candidate.digest === item.candidate);
  return t('candidate', { model: row?.model ?? '–' });
}

function documentName({ to, model, document }: DocumentItem): string {
  if (to === 'reports') return model === null ? t('stateReport') : t('updateReport', { model });
  return t('samples', { model: model ?? '–', n: readDocument(document, samplesSchema).samples.length });
}

function isRefused(
  item: OutboxItem,
): item is DocumentItem & { refusedAs: NonNullable<DocumentItem['refusedAs']> } {
  return item.kind === 'document' && item.refusedAs !== null;
}

function stateOf(item: OutboxItem): string {
  if (isRefused(item)) {
    const title = t('refusedDocument', { title: titleOf(item.refusedAs) });
    return item.lastError ? `${title} ${item.lastError}` : title;
  }
  return item.lastError ? t('waits', { reason: item.lastError }) : t('untried');
}
