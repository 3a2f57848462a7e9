// The samples of other devices: how many of whom and what, looked at one by one or all at once.
import { useState } from 'preact/hooks';
import type { Manifest } from '../../../core/artifact/documents.ts';
import { type Failure, toFailure } from '../../../core/errors.ts';
import type { InboxSample } from '../../../device/schema.ts';
import { t } from '../../i18n/collect.ts';
import { formatNumber } from '../../i18n/format.ts';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { Chip } from '../../parts/chip.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { Select } from '../../parts/select.tsx';
import { Table } from '../../parts/table.tsx';
import { toast } from '../../parts/toast.tsx';
import { fetchInbox, setState } from '../../state/collect.ts';
import { deviceName } from '../../state/peers.ts';
import { mayOn } from '../../state/standing.ts';
import { SampleCells } from './sample-cells.tsx';

const shownAtMost = 48;

export function Inbox({
  manifest,
  rows,
}: {
  readonly manifest: Manifest;
  readonly rows: readonly InboxSample[];
}) {
  return (
    <Card
      title={t('inbox')}
      actions={mayOn(manifest.model, 'write') ? <LookAtRegistry model={manifest.model} /> : null}
    >
      {rows.length === 0 ? (
        <p class="soft">{t('inboxEmpty')}</p>
      ) : (
        <div class="stack">
          <p role="status">
            {t('counts', {
              fresh: count(rows, 'new'),
              accepted: count(rows, 'accepted'),
              rejected: count(rows, 'rejected'),
            })}
          </p>
          <Counts rows={rows} />
          <Review manifest={manifest} rows={rows} />
        </div>
      )}
    </Card>
  );
}

function count(rows: readonly InboxSample[], state: InboxSample['state']): number {
  return rows.filter(row => row.state === state).length;
}

function LookAtRegistry({ model }: { readonly model: string }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Failure | null>(null);
  const look = async () => {
    setBusy(true);
    setProblem(null);
    try {
      toast(t('arrived', { n: await fetchInbox(model) }));
    } catch (thrown) {
      setProblem(toFailure(thrown));
    }
    setBusy(false);
  };
  return (
    <>
      <Button kind="quiet" icon="refresh" busy={busy} onClick={() => void look()}>
        {t('lookAtRegistry')}
      </Button>
      {problem ? <ErrorNote failure={problem} /> : null}
    </>
  );
}

function Counts({ rows }: { readonly rows: readonly InboxSample[] }) {
  const labels = unique(rows.map(({ sample }) => sample.label));
  return (
    <Table
      caption={t('byDevice')}
      rowHeads
      columns={[
        { key: 'device', label: t('device') },
        ...labels.map(label => ({ key: `label ${label}`, label, number: true })),
      ]}
      rows={unique(rows.map(({ device }) => device)).map(device => [
        deviceName(device),
        ...labels.map(label =>
          formatNumber(rows.filter(row => row.device === device && row.sample.label === label).length),
        ),
      ])}
    />
  );
}

const all = '';

function Review({ manifest, rows }: { readonly manifest: Manifest; readonly rows: readonly InboxSample[] }) {
  const [device, setDevice] = useState(all);
  const [label, setLabel] = useState(all);
  const chosen = rows.filter(
    row => (device === all || row.device === device) && (label === all || row.sample.label === label),
  );
  const devices = unique(chosen.map(row => row.device)).length;
  const idsNot = (state: InboxSample['state']) =>
    chosen.filter(row => row.state !== state).map(({ id }) => id);
  const [toAccept, toReject] = [idsNot('accepted'), idsNot('rejected')];
  return (
    <>
      <div class="row">
        <Only
          label={t('device')}
          value={device}
          values={rows.map(row => row.device)}
          nameOf={deviceName}
          onChange={setDevice}
        />
        <Only
          label={t('label')}
          value={label}
          values={rows.map(({ sample }) => sample.label)}
          onChange={setLabel}
        />
      </div>
      <div class="row">
        <Button
          kind={count(chosen, 'new') > 0 ? 'primary' : 'plain'}
          icon="check"
          disabled={toAccept.length === 0}
          onClick={() => void setState(toAccept, 'accepted')}
        >
          {t('acceptAll', { n: toAccept.length })}
        </Button>
        <Button
          icon="close"
          disabled={toReject.length === 0}
          onClick={() => void setState(toReject, 'rejected')}
        >
          {t('rejectAll', { n: toReject.length })}
        </Button>
      </div>
      <details class="fold">
        <summary>{t('oneByOne')}</summary>
        <ul role="list" class="collect-samples">
          {chosen.slice(0, shownAtMost).map(row => (
            <Row key={row.id} manifest={manifest} row={row} saysWho={devices > 1} />
          ))}
        </ul>
        {chosen.length > shownAtMost ? <p class="soft small">{t('shown', { n: shownAtMost })}</p> : null}
      </details>
    </>
  );
}

/** All, or those of one. */
function Only(props: {
  readonly label: string;
  readonly value: string;
  readonly values: readonly string[];
  readonly nameOf?: (value: string) => string;
  readonly onChange: (value: string) => void;
}) {
  const { label, value, values, nameOf, onChange } = props;
  const options = unique(values).map(each => ({ value: each, label: nameOf?.(each) ?? each }));
  return (
    <Select
      label={label}
      value={value}
      options={[{ value: all, label: t('all') }, ...options]}
      onChange={onChange}
    />
  );
}

const chips = {
  new: { tone: 'info', word: 'stateNew' },
  accepted: { tone: 'good', word: 'stateAccepted' },
  rejected: { tone: 'plain', word: 'stateRejected' },
} as const;

function Row(props: {
  readonly manifest: Manifest;
  readonly row: InboxSample;
  /** Where all are of one device, it is said above. */
  readonly saysWho: boolean;
}) {
  const { manifest, row, saysWho } = props;
  const { tone, word } = chips[row.state];
  const said = t('sampleSaid', { label: row.sample.label, name: deviceName(row.device) });
  return (
    <li class="collect-sample">
      <SampleCells face={manifest.interface} features={row.sample.features} label={said} />
      <span class="grow">
        <strong>{row.sample.label}</strong>{' '}
        {saysWho ? <span class="small soft">{deviceName(row.device)} </span> : null}
        <Chip tone={tone}>{t(word)}</Chip>
      </span>
      {row.state === 'accepted' ? null : (
        <Button
          kind="quiet"
          icon="check"
          label={`${t('accept')}: ${said}`}
          onClick={() => void setState([row.id], 'accepted')}
        />
      )}
      {row.state === 'rejected' ? null : (
        <Button
          kind="quiet"
          icon="close"
          label={`${t('reject')}: ${said}`}
          onClick={() => void setState([row.id], 'rejected')}
        />
      )}
    </li>
  );
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)].sort((a, b) => a.localeCompare(b, undefined, { numeric: true }));
}
