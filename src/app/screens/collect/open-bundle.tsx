// Opening a bundle, and what became of each thing in it.
import type { TakenItem } from '../../../device/take-bundle.ts';
import { bundleSuffix } from '../../../core/artifact/bundle-name.ts';
import { t } from '../../i18n/collect.ts';
import { Button, LinkButton } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { Chip } from '../../parts/chip.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { Note } from '../../parts/note.tsx';
import { href, navigate } from '../../router.ts';
import { opened, openBundleFile } from '../../state/bundles.ts';
import { chooseModel } from '../../state/current.ts';
import { activeByModel } from '../../state/installed.ts';
import { useNow } from '../../state/peers.ts';

export function OpenBundle() {
  return (
    <Card title={t('open')}>
      <div class="stack">
        <p class="soft">{t('openBody')}</p>
        <div>
          <label class="button file-button">
            <input
              type="file"
              class="visually-hidden"
              accept={bundleSuffix}
              onChange={event => {
                const [file] = event.currentTarget.files ?? [];
                if (file) void openBundleFile(file);
                event.currentTarget.value = '';
              }}
            />
            {t('choose')}
          </label>
        </div>
        <WhatCame />
      </div>
    </Card>
  );
}

function WhatCame() {
  if (!opened.value) return null;
  const { name, items, problem } = opened.value;
  if (problem) return <ErrorNote failure={problem} />;
  if (!items) return <p role="status">{t('opening', { name })}</p>;
  return (
    <section class="stack-close" aria-label={t('opened', { name })} role="status">
      <h3>{t('opened', { name })}</h3>
      {items.length === 0 ? <p class="soft">{t('empty')}</p> : null}
      <ul role="list" class="stack-close">
        {items.map(item => (
          <li key={item.digest} class="collect-item">
            <Item item={item} />
          </li>
        ))}
      </ul>
    </section>
  );
}

const tones = { taken: 'good', known: 'plain', refused: 'bad' } as const;
const icons = { taken: 'check', known: 'info', refused: 'bad' } as const;

function Item({ item }: { readonly item: TakenItem }) {
  const { outcome, problem, by } = item;
  return (
    <>
      <div class="row spread">
        <strong>{wordsOf(item)}</strong>
        <Chip tone={tones[outcome]} icon={icons[outcome]}>
          {t(outcome)}
        </Chip>
      </div>
      {by?.expired ? <Note tone="warn">{t('expired', { name: by.name })}</Note> : null}
      {problem ? <ErrorNote failure={problem} /> : null}
      {item.kind === 'candidate' && outcome !== 'refused' ? <CandidateChoices item={item} /> : null}
    </>
  );
}

function wordsOf({ kind, model, version, by, samples }: TakenItem): string {
  const named = { model: model ?? '–', name: by?.name ?? t('somebody') };
  if (kind === 'version') return t('itemVersion', { model: named.model, version: String(version ?? '–') });
  if (kind === 'candidate') {
    return version === null
      ? t('itemNew', named)
      : t('itemCandidate', { ...named, version: String(version) });
  }
  return samples > 0 ? t('itemSamples', { ...named, n: samples }) : t('itemSamplesNone', named);
}

function CandidateChoices({ item: { digest, model } }: { readonly item: TakenItem }) {
  if (model === null) return null;
  const runs = activeByModel.value.get(model)?.candidate === digest;
  const use = async () => {
    if (!(await useNow(digest))) return;
    chooseModel(model);
    navigate('use', model);
  };
  return (
    <div class="row">
      {runs ? (
        <Chip tone="accent" icon="play">
          {t('inUse')}
        </Chip>
      ) : (
        <Button kind="primary" icon="play" onClick={() => void use()}>
          {t('useNow')}
        </Button>
      )}
      <LinkButton kind="quiet" icon="judge" href={href('judge', model)}>
        {t('toJudge')}
      </LinkButton>
    </div>
  );
}
