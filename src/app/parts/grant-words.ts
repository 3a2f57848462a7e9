// Rights on models, as people read them.
import type { Grant, ModelRight } from '../../core/artifact/grant.ts';
import { t } from '../i18n/grants.ts';

export function rightName(right: ModelRight): string {
  return t(right);
}

/** @param model or `*` */
export function grantedModelName(model: string): string {
  return model === '*' ? t('everyModel') : model;
}

/** `digits: predict, see and fetch` */
function grantInWords({ model, rights }: Grant): string {
  return t('grantInWords', { model: grantedModelName(model), rights: rights.map(rightName).join(', ') });
}

/** @param atMost how many are said; the rest is an ellipsis */
export function grantsInWords(grants: readonly Grant[], atMost = Infinity): string {
  const said = grants.slice(0, atMost).map(grantInWords);
  return [...said, ...(grants.length > said.length ? ['…'] : [])].join(' · ');
}
