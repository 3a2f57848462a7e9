// A model as a program names it: `digits`, `digits@3`, `digits@canary`.
import { protocolRoot } from '../core/protocol/messages.ts';

export interface Target {
  readonly model: string;
  /** A version or an alias; null: as the server decides. */
  readonly at: string | null;
}

export function toTarget(name: string): Target {
  const at = name.indexOf('@');
  return at < 0 ? { model: name, at: null } : { model: name.slice(0, at), at: name.slice(at + 1) };
}

export function nameOf({ model, at }: Target): string {
  return at === null ? model : `${model}@${at}`;
}

export function pathOf({ model, at }: Target): string {
  const version = at === null ? '' : `/versions/${encodeURIComponent(at)}`;
  return `${protocolRoot}/models/${encodeURIComponent(model)}${version}`;
}
