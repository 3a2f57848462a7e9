// The encodings of a version: how large each is, how good, and where its scales come from.
import type { ComponentChildren } from 'preact';
import type { Evaluation, Manifest, Variant } from '../../../core/artifact/documents.ts';
import type { VersionDetail } from '../../../core/artifact/registry-api.ts';
import { t } from '../../i18n/admin.ts';
import { accuracyText } from '../../i18n/measures.ts';
import { formatBytes, formatShare } from '../../i18n/format.ts';
import { Chip } from '../../parts/chip.tsx';

export function Variants(props: {
  readonly manifest: Manifest;
  readonly derived: readonly Variant[];
  readonly derivations: VersionDetail['derivations'];
}) {
  const { authority, evaluations } = props.manifest;
  const there = new Set(props.derived.map(({ variant }) => variant));
  return (
    <ul role="list" class="admin-list">
      <Row name={authority.variant} bytes={authority.file.bytes} evaluations={evaluations}>
        <Chip tone="accent">{t('authority')}</Chip>
      </Row>
      {props.derived.map(variant => (
        <Row
          key={variant.variant}
          name={variant.variant}
          bytes={variant.file.bytes}
          of={authority.file.bytes}
          evaluations={variant.evaluations}
          runtime={variant.runtime}
        >
          {variant.pinnedTo ? <Chip>{t('pinned')}</Chip> : null}
        </Row>
      ))}
      {props.derivations
        .filter(({ variant }) => !there.has(variant))
        .map(derivation => (
          <Missing key={derivation.variant} derivation={derivation} />
        ))}
    </ul>
  );
}

const stateNames = {
  pending: 'variantPending',
  done: 'variantPending',
  skipped: 'variantSkipped',
  failed: 'variantFailed',
} as const;
const stateTones = { pending: 'info', done: 'info', skipped: 'plain', failed: 'bad' } as const;

/** One that is not there, and why. */
function Missing({ derivation }: { readonly derivation: VersionDetail['derivations'][number] }) {
  const { variant, state, detail } = derivation;
  return (
    <li class="admin-version">
      <span class="row">
        <strong class="mono">{variant}</strong>
        <Chip tone={stateTones[state]}>{t(stateNames[state])}</Chip>
      </span>
      {detail ? <span class="small soft">{detail}</span> : null}
    </li>
  );
}

function Row(props: {
  readonly name: string;
  readonly bytes: number;
  /** What the authority has. */
  readonly of?: number;
  readonly evaluations: readonly Evaluation[];
  readonly runtime?: string;
  readonly children?: ComponentChildren;
}) {
  const { name, bytes, of, evaluations, runtime } = props;
  return (
    <li class="admin-version">
      <span class="row">
        <strong class="mono">{name}</strong>
        {props.children}
        <span class="numbers">
          {formatBytes(bytes)}
          {of ? ` (${formatShare(bytes / of, 0)})` : ''}
        </span>
      </span>
      <span class="small soft">
        {[accuracyText(evaluations) ?? t('accuracyUnknown'), ...(runtime ? [runtime] : [])].join(' · ')}
      </span>
    </li>
  );
}
