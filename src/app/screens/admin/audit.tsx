// Who did what, when and why, newest first: of everything, of one model, or of one who did it; older ones on demand.
import { useEffect, useState } from 'preact/hooks';
import { digestSchema } from '../../../core/artifact/digest.ts';
import type { AuditEntry } from '../../../core/artifact/registry-api.ts';
import { type Failure, toFailure } from '../../../core/errors.ts';
import { t } from '../../i18n/admin.ts';
import { t as common } from '../../i18n/common.ts';
import { formatDate } from '../../i18n/format.ts';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { Select } from '../../parts/select.tsx';
import { addPage, type AuditPages, noPages, pageEntries } from '../../state/admin-audit.ts';
import { RanOn } from './ran-on.tsx';
import { to } from './section.ts';
import { admin } from './session.ts';
import { Who } from './who.tsx';

const everything = '';

export function Audit({ subject }: { readonly subject: string | null }) {
  const [who, setWho] = useState(everything);
  const pages = useAuditPages(subject, who === everything ? null : who);
  const models = admin.models.value.map(({ model }) => model);
  const known = new Set([everything, ...models]);
  const people = [
    { value: everything, label: t('anyone') },
    { value: 'admin-key', label: t('whoKey') },
    { value: 'registry', label: t('whoRegistry') },
    ...admin.devices.value.map(({ id, name }) => ({ value: id, label: name })),
  ];
  return (
    <div class="stack">
      <div class="admin-pair">
        <Select
          label={t('ofModel')}
          value={subject ?? everything}
          options={[
            { value: everything, label: t('anything') },
            ...models.map(model => ({ value: model, label: model })),
            ...(subject === null || known.has(subject) ? [] : [{ value: subject, label: subject }]),
          ]}
          onChange={chosen => {
            location.hash = to.audit(chosen === everything ? undefined : chosen);
          }}
        />
        <Select label={t('byWhom')} value={who} options={people} onChange={setWho} />
      </div>
      {subject !== null && models.includes(subject) ? <RanOn model={subject} /> : null}
      <Card title={t('tabAudit')}>
        <div class="stack-close">
          {pages.failure ? <ErrorNote failure={pages.failure} onRetry={pages.more} /> : null}
          <Entries pages={pages.all} />
          {pages.all.hasMore ? (
            <div>
              <Button busy={pages.busy} onClick={pages.more}>
                {t('older')}
              </Button>
            </div>
          ) : null}
        </div>
      </Card>
    </div>
  );
}

function Entries({ pages }: { readonly pages: AuditPages }) {
  if (pages.entries === null) return <p class="soft">{common('loading')}</p>;
  if (pages.entries.length === 0) return <p class="soft">{t('auditNone')}</p>;
  return (
    <ol role="list" class="admin-list">
      {pages.entries.map(entry => (
        <Entry key={entry.id} entry={entry} />
      ))}
    </ol>
  );
}

function Entry({ entry: { at, who, what, subject, detail, why } }: { readonly entry: AuditEntry }) {
  return (
    <li class="admin-version">
      <span class="row">
        <strong>{whatText(what)}</strong>
        <Subject subject={subject} />
      </span>
      <span class="small">{isDigest(detail) ? detail.slice(0, 12) : detail}</span>
      {why ? <span class="small">{t('because', { why })}</span> : null}
      <span class="small soft">
        <Who who={who} /> · {formatDate(at)}
      </span>
    </li>
  );
}

const isDigest = (text: string): boolean => digestSchema.safeParse(text).success;

/** What it was done to: a device and a code are known by long names that say nothing. */
function Subject({ subject }: { readonly subject: string }) {
  if (isDigest(subject)) return <Who who={subject} />;
  return <span class="mono small">{subject}</span>;
}

const kinds = {
  version: 'didVersion',
  variant: 'didVariant',
  alias: 'didAlias',
  model: 'didModel',
  retired: 'didRetired',
  collected: 'didCollected',
  device: 'didDevice',
  code: 'didEnrolment',
  key: 'didKey',
  root: 'didRoot',
  samples: 'didSamples',
} as const;

/** Of a newer server: as it says it. */
function whatText(what: string): string {
  const known = kinds[what as keyof typeof kinds] as (typeof kinds)[keyof typeof kinds] | undefined;
  return known ? t(known) : what;
}

/** The newest page with every look; those that were asked for beyond it stay. */
function useAuditPages(subject: string | null, who: string | null) {
  const [pages, setPages] = useState<{ about: string; all: AuditPages }>({ about: '', all: noPages });
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);
  const about = JSON.stringify([subject, who]);
  const api = admin.api.value;
  const all = pages.about === about ? pages.all : noPages;

  const ask = async (before: string | null, signal?: AbortSignal): Promise<void> => {
    try {
      const query = {
        ...(subject === null ? {} : { subject }),
        ...(who === null ? {} : { who }),
        ...(before === null ? {} : { before }),
        limit: pageEntries,
      };
      const page = await api.audit(query, signal);
      if (signal?.aborted) return;
      setFailure(null);
      setPages(last => ({ about, all: addPage(last.about === about ? last.all : noPages, page, before) }));
    } catch (thrown) {
      if (!signal?.aborted) setFailure(toFailure(thrown, 'Offline'));
    }
  };
  useEffect(() => {
    const left = new AbortController();
    void ask(null, left.signal);
    return () => left.abort();
  }, [api, about, admin.looks.value]);
  const more = async () => {
    setBusy(true);
    await ask(all.entries?.at(-1)?.id ?? null);
    setBusy(false);
  };
  return { all, failure, busy, more: () => void more() };
}
