// The other versions of the same parent, and what each is better at, on rows that they share.
import type { ModelSummary, VersionSummary } from '../../../core/artifact/registry-api.ts';
import { compareSiblings, type Ground, type Standing } from '../../../core/evaluate/siblings.ts';
import { t } from '../../i18n/admin.ts';
import { formatShare } from '../../i18n/format.ts';
import { Card } from '../../parts/card.tsx';
import { IntervalPlot } from '../../parts/charts/interval-plot.tsx';
import { onWhat } from './measured.tsx';
import { to } from './section.ts';

export function Siblings(props: {
  readonly model: ModelSummary;
  readonly version: VersionSummary;
  /** Of the version's classes; null where it has none. */
  readonly labels: readonly string[] | null;
}) {
  const { model, version, labels } = props;
  const parent = version.parent?.version;
  const family = model.versions.filter(one => parent !== undefined && one.parent?.version === parent);
  if (family.length < 2) return null;
  const { grounds, apart } = compareSiblings(family);
  return (
    <Card title={t('siblings')}>
      <div class="stack">
        <ul role="list" class="row">
          {family
            .filter(one => one.version !== version.version)
            .map(one => (
              <li key={one.version}>
                <a class="tap" href={to.model(model.model, 'versions', one.version)}>
                  {t('version', { version: String(one.version) })}
                </a>
              </li>
            ))}
        </ul>
        {grounds.map((ground, i) => (
          <GroundView key={i} ground={ground} labels={labels} />
        ))}
        {apart.length > 0 ? (
          <p class="small soft">{t('siblingsApart', { versions: apart.join(', '), n: apart.length })}</p>
        ) : null}
      </div>
    </Card>
  );
}

function GroundView({
  ground,
  labels,
}: {
  readonly ground: Ground;
  readonly labels: readonly string[] | null;
}) {
  const { accuracy, recall } = ground;
  const better = betterAt(recall, labels);
  return (
    <section class="stack-close">
      <IntervalPlot
        title={accuracyText(accuracy, onWhat(ground))}
        rows={accuracy.figures.map(({ version, figure }) => ({
          name: t('versionShort', { version: String(version) }),
          value: figure.value,
          low: figure.low,
          high: figure.high,
          text: t('shareWithInterval', {
            value: formatShare(figure.value),
            low: formatShare(figure.low),
            high: formatShare(figure.high),
          }),
        }))}
      />
      {better.length > 0 ? (
        <ul role="list" class="stack-close">
          {better.map(({ version, names }) => (
            <li key={version}>{t('betterAt', { version: String(version), labels: names.join(', ') })}</li>
          ))}
        </ul>
      ) : null}
    </section>
  );
}

function accuracyText({ best }: Standing, rows: string): string {
  return best === null ? t('siblingsEven', { rows }) : t('siblingsBest', { version: String(best), rows });
}

/** By version, the labels of which it gets clearly more right than each of the others. */
function betterAt(
  recall: Ground['recall'],
  labels: readonly string[] | null,
): { readonly version: number; readonly names: readonly string[] }[] {
  const byVersion = new Map<number, string[]>();
  recall.forEach((standing, label) => {
    const best = standing?.best ?? null;
    if (best === null) return;
    byVersion.set(best, [...(byVersion.get(best) ?? []), labels?.[label] ?? String(label)]);
  });
  return [...byVersion].map(([version, names]) => ({ version, names })).sort((a, b) => b.version - a.version);
}
