// Nothing on this device yet: the registry's models, one tap each.
import { formatBytes } from '../../i18n/format.ts';
import { t as common } from '../../i18n/common.ts';
import { t } from '../../i18n/use.ts';
import { Button, LinkButton } from '../../parts/button.tsx';
import { Empty } from '../../parts/empty.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { DownloadState } from '../../parts/download-state.tsx';
import { accuracyText } from '../../i18n/measures.ts';
import { href } from '../../router.ts';
import { catalogue, catalogueProblem, offeredVersion, refresh, refreshing } from '../../state/catalogue.ts';
import { chooseModel } from '../../state/current.ts';
import { downloadOf, get } from '../../state/downloads.ts';

export function FirstVisit() {
  const models = catalogue.value;
  return (
    <div class="stack">
      <Empty icon="library" isPage title={t('firstTitle')}>
        {t('firstText')}
      </Empty>
      {models && models.length > 0 ? <Offers /> : <Nothing />}
      <p class="centre">
        <LinkButton kind="quiet" icon="new" href={href('new')}>
          {common('new')}
        </LinkButton>
      </p>
    </div>
  );
}

function Nothing() {
  if (refreshing.value)
    return (
      <p class="centre soft" role="status">
        {t('looking')}
      </p>
    );
  if (catalogueProblem.value) {
    return (
      <div class="stack">
        {catalogueProblem.value.code === 'Offline' ? <p>{t('firstOffline')}</p> : null}
        <ErrorNote failure={catalogueProblem.value} onRetry={refresh} />
      </div>
    );
  }
  return <p class="centre soft">{t('firstNothing')}</p>;
}

function Offers() {
  return (
    <ul role="list" class="offers">
      {catalogue.value?.map(summary => {
        const version = offeredVersion(summary);
        if (!version) return null;
        const download = downloadOf(summary.model, version.version);
        return (
          <li key={summary.model} class="card stack-close">
            <h2>{summary.model}</h2>
            {version.note ? <p>{version.note}</p> : null}
            <p class="soft small">
              {[accuracyText(version.evaluations), formatBytes(version.variants[0]?.bytes ?? 0)]
                .filter(Boolean)
                .join(' · ')}
            </p>
            {download ? (
              <DownloadState download={download} />
            ) : (
              <div>
                <Button
                  kind="primary"
                  icon="download"
                  onClick={() => {
                    chooseModel(summary.model);
                    void get(summary.model, version.version);
                  }}
                >
                  {t('get', { model: summary.model })}
                </Button>
              </div>
            )}
          </li>
        );
      })}
    </ul>
  );
}
