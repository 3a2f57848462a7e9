// Keeps what the screens show equal to what the database holds: each kind of change rereads its own part, once at a time.
import type { Change } from '../../device/changes.ts';
import { onChanges } from '../../device/changes.ts';
import { readRegistry } from '../../device/registry.ts';
import { loadCandidates } from './candidates.ts';
import { loadInbox, loadPeers } from './peers.ts';
import { registry } from './connection.ts';
import { loadDownloads } from './downloads.ts';
import { loadInstalled } from './installed.ts';
import { loadNotices } from './notices.ts';
import { loadOutbox } from './outbox.ts';
import { loadSamples } from './samples.ts';
import type { Services } from './services.ts';
import { loadSettings } from './settings.ts';
import { loadUnfinishedRuns } from './unfinished-runs.ts';
import { loadPolicies, loadTrials } from './updates.ts';

type Kind = Change['type'];

export async function loadRegistry({ db }: Services): Promise<void> {
  registry.value = await readRegistry(db);
}

const loaders: Readonly<Partial<Record<Kind, (open: Services) => Promise<void>>>> = {
  installed: loadInstalled,
  active: loadInstalled,
  candidates: loadCandidates,
  outbox: loadOutbox,
  samples: loadSamples,
  catalogue: loadRegistry,
  downloads: loadDownloads,
  settings: loadSettings,
  notices: loadNotices,
  runs: loadUnfinishedRuns,
  inbox: loadInbox,
  peers: loadPeers,
  policies: loadPolicies,
  trials: loadTrials,
};

export async function loadAll(open: Services): Promise<void> {
  await Promise.all([...new Set(Object.values(loaders))].map(load => load(open)));
}

/** Answers the function that ends it. */
export function followChanges(open: Services): () => void {
  const running = new Map<(open: Services) => Promise<void>, 'once' | 'again'>();
  const reload = async (load: (open: Services) => Promise<void>) => {
    if (running.has(load)) {
      running.set(load, 'again');
      return;
    }
    running.set(load, 'once');
    try {
      await load(open);
    } catch (thrown) {
      console.error(thrown);
    }
    const again = running.get(load) === 'again';
    running.delete(load);
    if (again) await reload(load);
  };
  return onChanges(({ type }) => {
    const load = loaders[type];
    if (load) void reload(load);
  });
}
