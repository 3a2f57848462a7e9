// The engines behind this server: how each is, and taking one out of use.
import { UpstreamsClient } from '../../../client/upstreams.ts';
import { localUpstream, type Upstream } from '../../../core/artifact/upstream-api.ts';
import { formatMilliseconds, formatNumber } from '../../i18n/format.ts';
import { t } from '../../i18n/live.ts';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { Chip } from '../../parts/chip.tsx';
import { askConfirm } from '../../parts/dialog.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { toast } from '../../parts/toast.tsx';
import { useAct } from './use-act.ts';

interface Props {
  readonly upstreams: readonly Upstream[];
  /** Looks again at once. */
  readonly again: () => void;
}

export function LiveUpstreams({ upstreams, again }: Props) {
  return (
    <Card title={t('upstreams')}>
      {upstreams.length === 0 ? (
        <p class="soft">
          {t('upstreamsNone')} {t('upstreamsAdd')} <code>haversack upstream add</code>
        </p>
      ) : (
        <ul role="list" class="admin-list">
          {upstreams.map(upstream => (
            <Row key={upstream.id} of={upstream} again={again} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function Row({ of: upstream, again }: { readonly of: Upstream; readonly again: () => void }) {
  const { id, model, version, url, weight, live } = upstream;
  const { busy, problem, act } = useAct();
  const name = url === localUpstream ? t('thisServer') : url;
  const change = async (state: Upstream['state'], said: string) => {
    const done = await act(({ connection }) => new UpstreamsClient(connection).change(id, { state }));
    if (done.ok) toast(said);
    again();
  };
  const drain = async () => {
    const question = { title: t('drainTitle', { url: name }), body: t('drainBody'), action: t('drain') };
    if (await askConfirm(question)) await change('draining', t('drained', { url: name }));
  };
  const remove = async () => {
    const sure = await askConfirm({
      title: t('removeTitle', { url: name }),
      body: t('removeBody', { model }),
      action: t('remove'),
      kind: 'danger',
    });
    if (!sure) return;
    const done = await act(({ connection }) => new UpstreamsClient(connection).remove(id, null));
    if (done.ok) toast(t('removed', { url: name }));
    again();
  };
  const isDraining = upstream.state === 'draining';
  return (
    <li class="live-upstream">
      <span class="stack-close">
        <span class="row">
          <strong>{version === null ? model : `${model}@${version}`}</strong>
          <span class="mono small">{name}</span>
          <State of={upstream} />
        </span>
        <span class="small soft numbers">{factsOf(live, weight)}</span>
        {live.why === null ? null : <span class="small">{live.why}</span>}
      </span>
      <span class="row">
        {isDraining ? (
          <Button
            busy={busy}
            label={`${t('activate')}: ${name}`}
            onClick={() => void change('active', t('activated', { url: name }))}
          >
            {t('activate')}
          </Button>
        ) : (
          <Button busy={busy} label={`${t('drain')}: ${name}`} onClick={() => void drain()}>
            {t('drain')}
          </Button>
        )}
        <Button kind="danger" busy={busy} label={`${t('remove')}: ${name}`} onClick={() => void remove()}>
          {t('remove')}
        </Button>
      </span>
      {problem ? <ErrorNote failure={problem} /> : null}
    </li>
  );
}

function factsOf({ outstanding, tries, failures, latencyMs }: Upstream['live'], weight: number): string {
  return [
    t('weight', { weight: formatNumber(weight) }),
    t('outstanding', { n: outstanding }),
    tries === 0 ? null : t('failures', { n: tries, failures: formatNumber(failures) }),
    latencyMs === null ? null : t('takes', { time: formatMilliseconds(latencyMs) }),
  ]
    .filter(fact => fact !== null)
    .join(' · ');
}

/** The one word that matters most. */
function State({ of: { state, live } }: { readonly of: Upstream }) {
  if (state === 'draining') return <Chip icon="stop">{t('draining')}</Chip>;
  if (live.health === 'down') {
    return (
      <Chip tone="bad" icon="bad">
        {t('down')}
      </Chip>
    );
  }
  if (live.breaker !== 'closed') {
    return (
      <Chip tone="warn" icon="warn">
        {t(live.breaker === 'open' ? 'resting' : 'trying')}
      </Chip>
    );
  }
  if (live.health === 'unknown') return <Chip icon="clock">{t('unknown')}</Chip>;
  return (
    <Chip tone="good" icon="check">
      {t('up')}
    </Chip>
  );
}
