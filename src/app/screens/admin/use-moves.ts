// Moving an alias, and the ways back: what was done is said with an "undo" that points it where it was.
import type { Alias } from '../../../core/artifact/documents.ts';
import { aliasSchema } from '../../../core/artifact/documents.ts';
import { readDocument } from '../../../core/artifact/signature.ts';
import { toFailure } from '../../../core/errors.ts';
import { t } from '../../i18n/admin.ts';
import { t as common } from '../../i18n/common.ts';
import { toast } from '../../parts/toast.tsx';
import { errorToast } from '../../state/error-toast.ts';
import { admin } from './session.ts';
import { useAct } from './use-act.ts';

/** Where an alias is to point, and for whom. */
export interface Move {
  readonly version: number;
  /** 0 to 1. */
  readonly share: number;
  readonly groups: readonly string[] | null;
  readonly why: string | null;
}

export function useMoves(model: string, alias: string) {
  const { busy, problem, act, forget } = useAct();

  /** @param from the alias as whoever decides saw it; null: it did not exist. Answers whether it was done. */
  async function move(wanted: Move, from: Alias | null): Promise<boolean> {
    const { groups, ...rest } = wanted;
    const done = await act(async api => {
      const body = { ...rest, groups: groups && [...groups] };
      return readDocument(await api.moveAlias(model, alias, body, from?.revision ?? null), aliasSchema);
    });
    if (done.ok) {
      const said = t('promoted', { alias, model, version: String(wanted.version) });
      toast(said, { label: common('undo'), run: () => void undo(model, done.value, from) });
    }
    return done.ok;
  }

  /** Stops a rollout for the time being, or lets it go on. */
  async function hold(held: boolean, why: string | null, from: Alias): Promise<void> {
    const done = await act(api => api.holdAlias(model, alias, { held, why }, from.revision));
    if (done.ok) toast(t(held ? 'heldSaid' : 'resumedSaid', { alias }));
  }

  async function remove(why: string | null, from: Alias): Promise<void> {
    const done = await act(api => api.removeAlias(model, alias, from.revision, why));
    if (done.ok) toast(t('aliasRemoved', { alias, model }));
  }

  return { busy, problem, forget, move, hold, remove };
}

/** Points an alias where it was, unless somebody moved it since. */
async function undo(model: string, now: Alias, before: Alias | null): Promise<void> {
  const why = t('undoneWhy', { revision: now.revision });
  try {
    await admin.act(async api => {
      if (before === null) return api.removeAlias(model, now.alias, now.revision, why);
      const { version, rollout, otherwise } = before;
      const move = { version, ...rollout, otherwise: otherwise?.version ?? null, why };
      await api.moveAlias(model, now.alias, move, now.revision);
    });
    toast(t('undone', { alias: now.alias }));
  } catch (thrown) {
    errorToast(toFailure(thrown, 'Offline'));
  }
}
