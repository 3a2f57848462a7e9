// One version looked at closely: how good it is and on what that was measured, who made it and how, its variants; and what
// can be done with it.
import { useState } from 'preact/hooks';
import '../../styles/charts.css';
import {
  type Alias,
  type Manifest,
  manifestSchema,
  variantSchema,
} from '../../../core/artifact/documents.ts';
import type { ModelSummary, VersionSummary } from '../../../core/artifact/registry-api.ts';
import { readDocument } from '../../../core/artifact/signature.ts';
import { t } from '../../i18n/admin.ts';
import { formatDate } from '../../i18n/format.ts';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { askReason } from '../../parts/reason.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { Note } from '../../parts/note.tsx';
import { toast } from '../../parts/toast.tsx';
import { Answer, useAsked } from './asked.tsx';
import { PromoteDialog } from './promote-dialog.tsx';
import { to } from './section.ts';
import { admin } from './session.ts';
import { Siblings } from './siblings.tsx';
import { useAct } from './use-act.ts';
import { Measured } from './measured.tsx';
import { Variants } from './variants.tsx';
import { Flags } from './versions.tsx';

interface SheetProps {
  readonly model: ModelSummary;
  readonly version: VersionSummary;
  readonly aliases: readonly Alias[];
}

export function VersionSheet({ model, version, aliases }: SheetProps) {
  const detail = useAsked(`${model.model}@${version.version}`, (api, signal) =>
    api.version(model.model, version.version, signal),
  );
  return (
    <div class="stack">
      <header class="stack-close">
        <div class="row">
          <h2>{t('version', { version: String(version.version) })}</h2>
          <Flags version={version} aliases={aliases} />
        </div>
        {version.note ? <p>{version.note}</p> : null}
      </header>
      <Actions model={model} version={version} aliases={aliases} />
      {version.newArchitecture ? <Note tone="warn">{t('newArchitectureBody')}</Note> : null}
      {version.collectedAt ? (
        <Note>{t('collectedBody', { when: formatDate(version.collectedAt) })}</Note>
      ) : null}
      <Card title={t('measured')}>
        <Measured evaluations={version.evaluations} />
      </Card>
      <Answer of={detail}>
        {({ manifest, variants, derivations }) => {
          const document = readDocument(manifest, manifestSchema);
          return (
            <>
              <Siblings model={model} version={version} labels={document.labels} />
              <Card title={t('variants')}>
                <Variants
                  manifest={document}
                  derived={variants.map(envelope => readDocument(envelope, variantSchema))}
                  derivations={derivations}
                />
              </Card>
              <Card title={t('origin')}>
                <Origin model={model.model} manifest={document} />
              </Card>
            </>
          );
        }}
      </Answer>
    </div>
  );
}

function Actions({ model, version, aliases }: SheetProps) {
  const [promoting, setPromoting] = useState(false);
  const { busy, problem, act } = useAct();
  const number = String(version.version);
  const retired = version.retiredAt !== null;
  const turn = async () => {
    const reason = await askReason({
      title: t(retired ? 'unretireTitle' : 'retireTitle', { version: number }),
      body: t(retired ? 'unretireBody' : 'retireBody'),
      action: t(retired ? 'unretire' : 'retire'),
      kind: retired ? 'primary' : 'danger',
    });
    if (!reason) return;
    const change = { retired: !retired, why: reason.why };
    // Whoever was first did the same or nothing: what is in use cannot be retired, whatever was seen.
    const done = await act(api => api.changeVersion(model.model, version.version, change, '*'));
    if (done.ok) toast(t(retired ? 'unretired' : 'retiredSaid', { model: model.model, version: number }));
  };
  return (
    <div class="stack-close">
      <div class="row">
        {retired || version.collectedAt ? null : (
          <Button kind="primary" icon="flag" onClick={() => setPromoting(true)}>
            {t('promoteVersionNumber', { version: number })}
          </Button>
        )}
        {version.collectedAt ? null : (
          <Button kind={retired ? 'plain' : 'danger'} busy={busy} onClick={turn}>
            {t(retired ? 'unretire' : 'retire')}
          </Button>
        )}
      </div>
      {problem ? <ErrorNote failure={problem} /> : null}
      {promoting ? (
        <PromoteDialog
          model={model}
          aliases={aliases}
          version={version.version}
          onClose={() => setPromoting(false)}
        />
      ) : null}
    </div>
  );
}

/** Who made it, of what, how, and when. */
function Origin({ model, manifest }: { readonly model: string; readonly manifest: Manifest }) {
  const { parent, recipe, data, createdAt, architecture, version } = manifest;
  return (
    <div class="stack-close">
      <dl class="facts">
        <dt>{t('madeBy')}</dt>
        <dd>
          <Maker device={manifest.device} />
        </dd>
        <dt>{t('madeAt')}</dt>
        <dd>{formatDate(createdAt)}</dd>
        <dt>{t('parent')}</dt>
        <dd>
          {parent ? (
            <a class="tap" href={to.model(model, 'versions', parent.version)}>
              {t('version', { version: String(parent.version) })}
            </a>
          ) : (
            t('first')
          )}
        </dd>
        <dt>{t('recipe')}</dt>
        <dd>{recipe?.kind ?? t('notSaid')}</dd>
        <dt>{t('dataRows')}</dt>
        <dd>{data ? t('rowsOf', { ...data.rows }) : t('notSaid')}</dd>
        {data?.added ? (
          <>
            <dt>{t('dataAdded')}</dt>
            <dd>
              {t('rowsOf', { ...data.added.rows })} · {t(data.added.shared ? 'dataShared' : 'dataPrivate')}
            </dd>
          </>
        ) : null}
        <dt>{t('architecture')}</dt>
        <dd class="mono">{architecture.slice(0, 12)}</dd>
      </dl>
      {recipe ? (
        <details class="fold">
          <summary>{t('recipeOf', { version: String(version) })}</summary>
          <pre class="detail" tabIndex={0}>
            {JSON.stringify(recipe, null, 2)}
          </pre>
        </details>
      ) : null}
    </div>
  );
}

function Maker({ device }: { readonly device: string | null }) {
  if (device === null) return <>{t('uploaded')}</>;
  const known = admin.devices.value.find(({ id }) => id === device);
  return known ? (
    <a class="tap" href={to.devices(device)}>
      {known.name}
    </a>
  ) : (
    <span class="mono">{device.slice(0, 12)}</span>
  );
}
