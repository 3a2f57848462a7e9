// The places: a bar at the bottom of a phone, a rail at the left of a wide screen.
import { t } from '../i18n/common.ts';
import { t as shell } from '../i18n/shell.ts';
import { Icon } from '../parts/icon.tsx';
import { href, type Place, route } from '../router.ts';
import { registryIsFolder } from '../state/registry-kind.ts';

const main: readonly Place[] = ['use', 'teach', 'judge', 'shrink', 'library'];
/** On a phone these are in the Library's menu. */
const more: readonly Place[] = [
  'new',
  'records',
  'collect',
  ...(registryIsFolder ? [] : (['admin'] as const)),
  'settings',
];

export function Navigation() {
  return (
    <nav class="nav" aria-label={shell('places')}>
      {main.map(place => (
        <Item key={place} place={place} />
      ))}
      <div class="nav-more nav-gap" />
      {more.map(place => (
        <Item key={place} place={place} extra />
      ))}
    </nav>
  );
}

function Item({ place, extra }: { readonly place: Place; readonly extra?: boolean }) {
  const here = route.value.place === place;
  return (
    <a class={extra ? 'nav-more' : undefined} href={href(place)} aria-current={here ? 'page' : undefined}>
      <Icon name={place} />
      <span>{t(place)}</span>
    </a>
  );
}
