// An exported page: what the model answers, what it is given, and what it is.
import type { ComponentChildren, FunctionComponent } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { ModelInterface } from '../../core/artifact/interface.ts';
import type { Decided } from '../../core/evaluate/decide.ts';
import type { PageFacts } from '../../core/page/page-facts.ts';
import type { Tensor } from '../../core/tensor.ts';
import { formatBytes, formatDate } from '../i18n/format.ts';
import { t } from '../i18n/page.ts';
import { Card } from '../parts/card.tsx';
import { DecidedBars, decidedUnit, DecidedWord } from '../parts/decided.tsx';
import { Note } from '../parts/note.tsx';
import { ToastHost } from '../parts/toast.tsx';
import { createLatest } from '../state/latest.ts';
import { ScriptMissing } from './load-script.ts';
import type { PageModel } from './open-page-model.ts';

export interface AsksProps {
  readonly face: ModelInterface;
  /** Null: there is nothing to be answered. */
  readonly onInput: (input: Tensor | null) => void;
}

/** How a page asks for what its model takes. */
export type Asks = FunctionComponent<AsksProps>;

export interface PageProps {
  readonly facts: PageFacts;
  readonly opening: Promise<PageModel>;
  readonly asks: Asks;
}

export function Page({ facts, opening, asks }: PageProps) {
  const [model, setModel] = useState<PageModel | null>(null);
  const [trouble, setTrouble] = useState<unknown>(null);
  useEffect(() => {
    opening.then(setModel, setTrouble);
  }, [opening]);
  return (
    <main class="page">
      <header class="page-head">
        <h1>{facts.model}</h1>
      </header>
      {trouble ? (
        <Trouble thrown={trouble} />
      ) : model ? (
        <Answers facts={facts} model={model} asks={asks} />
      ) : (
        <Opening />
      )}
      <About facts={facts} />
      <ToastHost />
    </main>
  );
}

function Opening() {
  return (
    <p class="answer-none soft" role="status">
      {t('opening')}
    </p>
  );
}

type Outcome = { readonly decided: Decided } | { readonly thrown: unknown };

function Answers(props: Omit<PageProps, 'opening'> & { readonly model: PageModel }) {
  const { facts, model, asks: Asks } = props;
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const ask = useMemo(() => {
    const answer = (input: Tensor): Promise<Outcome> =>
      model.answer(input).then(
        decided => ({ decided }),
        (thrown: unknown) => ({ thrown }),
      );
    const latest = createLatest(answer, setOutcome);
    return (input: Tensor | null) => {
      if (input === null) setOutcome(null);
      latest(input);
    };
  }, [model]);
  const decided = outcome && 'decided' in outcome ? outcome.decided : null;
  return (
    <div class="live">
      <section class="live-head" aria-label={t('answer')}>
        <output class="answer-word" aria-live="polite">
          {decided ? (
            <DecidedWord decided={decided} unit={decidedUnit(facts.interface)} />
          ) : (
            <span class="answer-none soft">{t('waiting')}</span>
          )}
        </output>
        {outcome && 'thrown' in outcome ? <Trouble thrown={outcome.thrown} /> : null}
      </section>
      <div class="live-input">
        <Asks face={facts.interface} onInput={ask} />
      </div>
      <div class="live-details">
        {decided?.probabilities ? <DecidedBars decided={decided} labels={facts.labels} /> : null}
      </div>
    </div>
  );
}

function About({ facts }: { readonly facts: PageFacts }) {
  const { version, createdAt, variant, licence, dataLicence, file } = facts;
  return (
    <footer>
      <Card title={t('about')}>
        <dl class="facts">
          <Fact name={t('version')}>{version === null ? t('unnumbered') : String(version)}</Fact>
          <Fact name={t('made')}>{formatDate(createdAt)}</Fact>
          <Fact name={t('weights')}>{`${variant} · ${formatBytes(file.bytes)}`}</Fact>
          <Fact name={t('licence')}>{licence ?? t('licenceUnsaid')}</Fact>
          {dataLicence === null ? null : <Fact name={t('dataLicence')}>{dataLicence}</Fact>}
          <Fact name="SHA-256">
            <code class="small">{file.digest}</code>
          </Fact>
        </dl>
      </Card>
      <p class="soft small">{t('stays')}</p>
    </footer>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

/** What happened, why, and what to do. */
function Trouble({ thrown }: { readonly thrown: unknown }) {
  const isMissing = thrown instanceof ScriptMissing;
  return (
    <div role="alert">
      <Note tone="bad">
        <strong>{isMissing ? t('missing') : t('failed')}</strong>
        <span>{isMissing ? t('missingWhy', { file: thrown.file }) : reasonOf(thrown)}</span>
        <span>{isMissing ? t('missingDo') : t('failedDo')}</span>
      </Note>
    </div>
  );
}

function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
