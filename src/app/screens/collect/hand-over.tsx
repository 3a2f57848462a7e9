// What of this device goes into a bundle: chosen, made, saved or passed on.
import { useState } from 'preact/hooks';
import { type Failure, toFailure } from '../../../core/errors.ts';
import type { HandOver } from '../../../device/bundles.ts';
import type { CandidateRow } from '../../../device/schema.ts';
import { t } from '../../i18n/collect.ts';
import { formatBytes, formatDate } from '../../i18n/format.ts';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { Check } from '../../parts/field.tsx';
import { Note } from '../../parts/note.tsx';
import { toast } from '../../parts/toast.tsx';
import { canShare, handOver, type Way } from '../../state/bundles.ts';
import { candidates } from '../../state/candidates.ts';
import { sendSamples } from '../../state/collect.ts';
import { errorToast } from '../../state/error-toast.ts';
import { peers } from '../../state/peers.ts';
import { registryIsFolder } from '../../state/registry-kind.ts';
import { samples } from '../../state/samples.ts';
import { need } from '../../state/services.ts';

interface HandOverProps {
  readonly model: string;
  /** What runs of it; null: it has no number yet. */
  readonly version: number | null;
}

export function HandOverCard({ model, version }: HandOverProps) {
  const taught = candidates.value.filter(each => each.model === model && isHere(each));
  const own = samples.value.filter(each => each.model === model);
  const [withTaught, setWithTaught] = useState(true);
  const [withSamples, setWithSamples] = useState(false);
  const [whole, setWhole] = useState(false);
  const sendsTaught = withTaught && taught.length > 0;
  const sendsSamples = withSamples && own.length > 0;
  return (
    <Card title={t('handOver')}>
      <div class="stack">
        <p class="soft">{t('handOverBody')}</p>
        <Standing />
        <Choice
          title={t('whatTaught')}
          hint={taught[0] ? taughtWords(taught) : t('noneTaught')}
          checked={sendsTaught}
          onChange={taught.length > 0 ? setWithTaught : null}
        />
        {version === null ? null : (
          <>
            <Choice
              title={t('mySamples')}
              hint={own.length > 0 ? t('mySamplesOf', { n: own.length }) : t('noSamples')}
              checked={sendsSamples}
              onChange={own.length > 0 ? setWithSamples : null}
            />
            <Choice
              title={t('whole')}
              hint={t('wholeOf', { version: String(version) })}
              checked={whole}
              onChange={setWhole}
            />
          </>
        )}
        <Ways
          model={model}
          version={version}
          hasSamples={own.length > 0}
          wanted={{
            candidates: sendsTaught ? taught.map(({ digest }) => digest) : [],
            samplesOf: version !== null && sendsSamples ? { model, version } : null,
            versions: version !== null && whole ? [{ model, version }] : [],
          }}
        />
      </div>
    </Card>
  );
}

/** Where what was chosen can go. */
function Ways({
  model,
  version,
  wanted,
  hasSamples,
}: HandOverProps & {
  readonly wanted: HandOver;
  readonly hasSamples: boolean;
}) {
  const [busy, setBusy] = useState<Way | null>(null);
  const [problem, setProblem] = useState<Failure | null>(null);
  const make = async (way: Way) => {
    setBusy(way);
    setProblem(null);
    try {
      const bytes = await handOver(wanted, model, way);
      if (bytes !== null) toast(t('made', { size: formatBytes(bytes) }));
    } catch (thrown) {
      setProblem(toFailure(thrown));
    }
    setBusy(null);
  };
  const disabled = wanted.candidates.length === 0 && !wanted.samplesOf && wanted.versions.length === 0;
  const common = (way: Way) => ({ busy: busy === way, disabled, onClick: () => void make(way) });
  return (
    <>
      {problem ? <ErrorNote failure={problem} /> : null}
      <div class="row">
        {canShare() ? (
          <Button kind="primary" icon="send" {...common('share')}>
            {t('share')}
          </Button>
        ) : null}
        <Button kind={canShare() ? 'plain' : 'primary'} icon="download" {...common('save')}>
          {t('save')}
        </Button>
        {version !== null && hasSamples && !registryIsFolder ? (
          <Button kind="quiet" icon="upload" onClick={() => void send(model, version)}>
            {t('sendSamples')}
          </Button>
        ) : null}
      </div>
    </>
  );
}

/** @param props.onChange null: there is nothing to choose. */
function Choice(props: {
  readonly title: string;
  readonly hint: string;
  readonly checked: boolean;
  readonly onChange: ((checked: boolean) => void) | null;
}) {
  const words = (
    <>
      {props.title}
      <br />
      <span class="small soft">{props.hint}</span>
    </>
  );
  if (!props.onChange) return <p>{words}</p>;
  return (
    <Check checked={props.checked} onChange={props.onChange}>
      {words}
    </Check>
  );
}

/** What was sent is the registry's, and its chunks may be gone. */
export function isHere({ state }: CandidateRow): boolean {
  return state !== 'sent';
}

function taughtWords(taught: readonly CandidateRow[]): string {
  const all = t('whatTaughtOf', { n: taught.length, when: formatDate(taught[0]!.createdAt) });
  const brought = taught.filter(({ from }) => from !== null).length;
  return brought === 0 ? all : t('ofOthers', { all, n: brought });
}

async function send(model: string, version: number): Promise<void> {
  try {
    await sendSamples(model, version);
    toast(t('sendSamplesDone'));
  } catch (thrown) {
    errorToast(toFailure(thrown));
  }
}

/** Whether others will believe it. */
function Standing() {
  const certificate = peers.value.get(need().identity.keyId);
  if (!certificate) return <Note tone="warn">{t(registryIsFolder ? 'folder' : 'unvouched')}</Note>;
  return certificate.role === 'device' ? <Note>{t('reader')}</Note> : null;
}
