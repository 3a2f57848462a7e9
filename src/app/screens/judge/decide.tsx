// What becomes of a candidate: keep, send, throw away; and what has become of it, as the store says.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { toFailure } from '../../../core/errors.ts';
import type { Comparison } from '../../../core/evaluate/compare.ts';
import { proposalOf } from '../../../core/evaluate/proposal.ts';
import { t } from '../../i18n/judge.ts';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { Chip } from '../../parts/chip.tsx';
import { askConfirm } from '../../parts/dialog.tsx';
import type { IconName } from '../../parts/icon.tsx';
import { Note } from '../../parts/note.tsx';
import { toast } from '../../parts/toast.tsx';
import type { CandidateRow } from '../../../device/schema.ts';
import { errorToast } from '../../state/error-toast.ts';
import { discard, keep, send } from '../../state/judge.ts';
import { mayOn } from '../../state/standing.ts';
import { AskIn } from './ask-in.tsx';
import { Proposed } from './proposed.tsx';
import { Rename, renameHelps } from './rename.tsx';

const looks = {
  judging: { tone: 'accent', icon: 'judge' },
  kept: { tone: 'good', icon: 'check' },
  queued: { tone: 'info', icon: 'clock' },
  sent: { tone: 'good', icon: 'sent' },
  refused: { tone: 'bad', icon: 'bad' },
} as const satisfies Record<CandidateRow['state'], { tone: string; icon: IconName }>;

/** What happens next by itself. */
const whereabouts = { queued: 'queuedHint', sent: 'sentHint' } as const;

/** The state in words, each from the store. */
export function StateChip({ row }: { readonly row: CandidateRow }) {
  const { tone, icon } = looks[row.state];
  return (
    <Chip tone={tone} icon={icon}>
      {stateWords(row)}
    </Chip>
  );
}

function stateWords(row: CandidateRow): string {
  switch (row.state) {
    case 'judging':
      return t('stateJudging');
    case 'kept':
      return t('stateKept');
    case 'queued':
      return t('stateQueued');
    case 'sent':
      return t('stateSent', { version: String(row.receipt?.version ?? '?') });
    case 'refused':
      return t('stateRefused');
  }
}

export interface DecideProps {
  readonly row: CandidateRow;
  /** Whether it is to be the first version of a model. */
  readonly founds: boolean;
  /** Null where it is not understood: then nothing is proposed. */
  readonly comparison: Comparison | null;
  /** What else can be done with it. */
  readonly children?: ComponentChildren;
}

export function Decide({ row, founds, comparison, children }: DecideProps) {
  const { state } = row;
  const proposal = comparison && proposalOf(comparison);
  const renames = state === 'refused' && row.from === null && renameHelps(row);
  const sendFirst = !renames && (state !== 'judging' || proposal?.kind === 'propose');
  return (
    <Card title={t('decide')} actions={<StateChip row={row} />}>
      <div class="stack">
        {row.problem && state === 'refused' ? (
          <Note tone="bad">
            <span>{row.problem}</span>
          </Note>
        ) : null}
        {comparison && proposal && (state === 'judging' || state === 'kept') ? (
          <Proposed proposal={proposal} comparison={comparison} />
        ) : null}
        {state === 'queued' || state === 'sent' ? (
          <p class="soft">{state === 'sent' && founds ? t('sentNewHint') : t(whereabouts[state])}</p>
        ) : null}
        {renames ? <Rename row={row} /> : null}
        <Choices row={row} sendFirst={sendFirst} founds={founds}>
          {children}
        </Choices>
        {state !== 'sent' && !mayOn(row.model, 'write') ? <AskIn /> : null}
      </div>
    </Card>
  );
}

type Decision = 'keep' | 'send' | 'discard';

/** Carries one out, and says what came of it. */
function useDecision() {
  const [busy, setBusy] = useState<Decision | null>(null);
  const act = async (which: Decision, what: () => Promise<void>, said: string) => {
    setBusy(which);
    try {
      await what();
      toast(said);
    } catch (thrown) {
      errorToast(toFailure(thrown, 'StorageFailed'));
    } finally {
      setBusy(null);
    }
  };
  return { busy, act };
}

/** What throws it away comes last. */
function Choices({
  row,
  sendFirst,
  founds,
  children,
}: Pick<DecideProps, 'row' | 'founds' | 'children'> & { readonly sendFirst: boolean }) {
  const { state } = row;
  const { busy, act } = useDecision();
  const onDiscard = async () => {
    const sure = await askConfirm({
      title: t('discardTitle'),
      body: founds ? t('discardNewBody') : t('discardBody'),
      action: t('discard'),
      kind: 'danger',
    });
    if (sure) await act('discard', () => discard(row.digest), t('discarded'));
  };
  return (
    <div class="judge-choices">
      {state === 'judging' ? (
        <Choice hint={t('keepHint')}>
          <Button
            kind={sendFirst ? 'plain' : 'primary'}
            icon="check"
            busy={busy === 'keep'}
            onClick={() => act('keep', () => keep(row.digest), t('kept'))}
          >
            {t('keep')}
          </Button>
        </Choice>
      ) : null}
      {state !== 'sent' && state !== 'queued' ? (
        <Choice hint={founds ? t('sendNewHint') : t('sendHint')}>
          <Button
            kind={sendFirst ? 'primary' : 'plain'}
            icon="send"
            busy={busy === 'send'}
            onClick={() => act('send', () => send(row.digest), t('queuedNow'))}
          >
            {state === 'refused' ? t('sendAgain') : t('send')}
          </Button>
        </Choice>
      ) : null}
      {children}
      {state !== 'sent' ? (
        <Choice hint={founds ? t('discardNewBody') : t('discardBody')}>
          <Button kind="danger" icon="remove" busy={busy === 'discard'} onClick={onDiscard}>
            {t('discard')}
          </Button>
        </Choice>
      ) : null}
    </div>
  );
}

function Choice(props: { readonly hint: string; readonly children: preact.ComponentChildren }) {
  return (
    <div class="judge-choice">
      {props.children}
      <span class="small soft">{props.hint}</span>
    </div>
  );
}
