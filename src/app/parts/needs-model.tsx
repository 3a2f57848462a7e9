// What a place shows that is about a model while there is none: why, and the way to get one.
import type { ComponentChildren } from 'preact';
import { t } from '../i18n/parts.ts';
import { href } from '../router.ts';
import { LinkButton } from './button.tsx';
import { Empty } from './empty.tsx';
import type { IconName } from './icon.tsx';

export function NeedsModel(props: {
  /** Of the place. */
  readonly heading: string;
  readonly icon: IconName;
  readonly title: string;
  readonly children: ComponentChildren;
}) {
  return (
    <>
      <h1 class="visually-hidden">{props.heading}</h1>
      <Empty
        icon={props.icon}
        title={props.title}
        action={
          <LinkButton kind="primary" href={href('library')}>
            {t('toLibrary')}
          </LinkButton>
        }
      >
        {props.children}
      </Empty>
    </>
  );
}
