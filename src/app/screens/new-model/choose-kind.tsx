// The first question of a new model: what it is to learn from. Each answer begins one.
import { t } from '../../i18n/new-model.ts';
import { Icon, type IconName } from '../../parts/icon.tsx';
import { href } from '../../router.ts';
import type { ShownKind } from '../../../device/project-schemas.ts';
import { Begun } from './begun.tsx';

const kinds: readonly (readonly [
  kind: ShownKind,
  icon: IconName,
  name: 'kindPhoto' | 'kindSound' | 'kindRow',
])[] = [
  ['photo', 'camera', 'kindPhoto'],
  ['sound', 'microphone', 'kindSound'],
  ['row', 'table', 'kindRow'],
];

export function ChooseKind() {
  return (
    <div class="stack">
      <h1>{t('title')}</h1>
      <p>{t('chooseKind')}</p>
      <div class="kinds">
        {kinds.map(([kind, icon, name]) => (
          <a key={kind} class="card kind" href={href('new', [kind])}>
            <Icon name={icon} />
            <span>
              <strong>{t(name)}</strong>
              <span class="soft small">{t(`${name}Text`)}</span>
            </span>
          </a>
        ))}
      </div>
      <Begun except={null} />
    </div>
  );
}
