// The registry's models as this device last heard of them.
import { computed, signal } from '@preact/signals';
import { aliasSchema, type Alias } from '../../core/artifact/documents.ts';
import type { ModelSummary, VersionSummary } from '../../core/artifact/registry-api.ts';
import { readDocument } from '../../core/artifact/signature.ts';
import { type Failure, toFailure } from '../../core/errors.ts';
import { assertNever } from '../../core/result.ts';
import type { Urge } from '../../device/check-updates.ts';
import type { UpdateNews, Updates } from '../../device/updates.ts';
import { caller, registry } from './connection.ts';
import { need, type Services } from './services.ts';
import { noteRolledBack, noteSwap } from './swaps.ts';
import { forgetWanted, noteWanted, takeOptions } from './updates.ts';

/** Null before first contact. */
export const catalogue = computed<readonly ModelSummary[] | null>(
  () => registry.value?.catalogue?.models ?? null,
);

/** Why the last look at the registry failed, or what it refused; null when all is well. */
export const catalogueProblem = signal<Failure | null>(null);
/** Whether a look at the registry is under way. */
export const refreshing = signal(false);

let updates: Updates | null = null;

/** Looks at the registry now: what is new, and who it takes this device for. Never throws. */
export function refresh(): void {
  look('now');
}

/** The same where nobody asked: what the policies hold back waits. Never throws. */
export function refreshWhenItSuits(): void {
  look('when-it-suits');
}

function look(urge: Urge): void {
  if (!updates) return;
  refreshing.value = true;
  updates.check(urge);
}

/** Listens to the registry until `signal` aborts; what `production` points at is fetched and swapped in. */
export async function startCatalogue(open: Services, ended: AbortSignal): Promise<void> {
  refreshing.value = true;
  // Loaded apart: what is here does not wait for what talks to the registry.
  const { startUpdates } = await import('../../device/updates.ts').catch((thrown: unknown) => {
    refreshing.value = false;
    throw thrown;
  });
  updates = startUpdates({ ...takeOptions(open), onChange: note, signal: ended });
}

function note(news: UpdateNews): void {
  switch (news.type) {
    case 'checked':
      refreshing.value = false;
      catalogueProblem.value = news.refused[0] ?? null;
      forgetWanted(null);
      void askWho();
      break;
    case 'updated':
      forgetWanted(news.model);
      noteSwap(news);
      break;
    case 'rolled-back':
      noteRolledBack(news);
      break;
    case 'wanted':
      noteWanted(news);
      break;
    case 'fetched':
      break;
    case 'failed':
      refreshing.value = false;
      catalogueProblem.value = news.failure;
      // Shut out while nobody listened: who it is taken for is answered all the same, and kept.
      if (news.failure.code === 'Unauthorized') void askWho();
      break;
    case 'device':
      // With other groups, a rollout may mean this device.
      void askWho().then(() => look('when-it-suits'));
      break;
    case 'listening':
      break;
    default:
      assertNever(news);
  }
}

/** Asks the server who it takes this device for. Where it cannot be asked, what it said last stays. */
export async function askWho(): Promise<void> {
  try {
    const { learnStanding } = await import('../../device/standing.ts');
    const { db, client } = need();
    caller.value = await learnStanding(db, client);
  } catch (thrown) {
    const problem = toFailure(thrown);
    if (problem.code !== 'Offline') catalogueProblem.value = problem;
  }
}

export function aliasesOf(model: ModelSummary): Alias[] {
  return model.aliases.flatMap(envelope => {
    try {
      return [readDocument(envelope, aliasSchema)];
    } catch {
      // Of a newer form than this app knows; the update path reports it.
      return [];
    }
  });
}

/** What `production` points at, else the newest. */
export function offeredVersion(model: ModelSummary): VersionSummary | null {
  const production = aliasesOf(model).find(alias => alias.alias === 'production');
  return model.versions.find(version => version.version === production?.version) ?? model.versions[0] ?? null;
}
