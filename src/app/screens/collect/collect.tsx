// Collect: what devices taught and labelled apart comes together, by the registry or carried; looked at, learned from, and
// handed back.
import '../../styles/charts.css';
import '../../styles/teach.css';
import '../../styles/collect.css';
import type { Installed } from '../../../device/schema.ts';
import { t } from '../../i18n/collect.ts';
import { candidates } from '../../state/candidates.ts';
import { currentActive, currentModel } from '../../state/current.ts';
import { installedByModel } from '../../state/installed.ts';
import { manifestOf } from '../../state/judge.ts';
import { inbox } from '../../state/peers.ts';
import { samples } from '../../state/samples.ts';
import { Conflicts } from './conflicts.tsx';
import { HandOverCard, isHere } from './hand-over.tsx';
import { Inbox } from './inbox.tsx';
import { Learn } from './learn.tsx';
import { OpenBundle } from './open-bundle.tsx';

export default function Collect() {
  const model = currentModel.value;
  const version = currentActive.value?.version;
  /** Made here, and without a number yet: it can be handed over, and nobody has labelled for it. */
  const isFounding = version == null && candidates.value.some(each => each.model === model && isHere(each));
  const row = installedByModel.value.get(model ?? '')?.find(one => one.version === version);
  return (
    <>
      <header class="page-head">
        <div>
          <h1>{model !== null && (row || isFounding) ? t('ofModel', { model }) : t('title')}</h1>
          <p class="soft">{t('intro')}</p>
        </div>
      </header>
      <div class="collect">
        <div class="stack">
          <OpenBundle />
          {row ? <HandOverCard key={row.model} model={row.model} version={row.version} /> : null}
          {model !== null && isFounding ? <HandOverCard key={model} model={model} version={null} /> : null}
        </div>
        {row ? <Gathered row={row} /> : isFounding ? null : <p class="soft">{t('nothingBody')}</p>}
      </div>
    </>
  );
}

function Gathered({ row }: { readonly row: Installed }) {
  const manifest = manifestOf(row);
  const own = samples.value.filter(({ model }) => model === row.model);
  const others = inbox.value.filter(({ model }) => model === row.model);
  return (
    <div class="stack">
      <Inbox manifest={manifest} rows={others} />
      <Conflicts manifest={manifest} own={own} others={others} />
      <Learn row={row} own={own} others={others} />
    </div>
  );
}
