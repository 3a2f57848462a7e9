// Finding a model or a device by what somebody remembers of it.
import type { DeviceInfo } from '../../core/artifact/access-api.ts';
import type { ModelSummary } from '../../core/artifact/registry-api.ts';

/** By name or tag; every word must be in one of them. */
export function findModels(models: readonly ModelSummary[], text: string): ModelSummary[] {
  return models.filter(({ model, tags }) => hasWords([model, ...tags], text));
}

/** By name, code, group or role, by what it runs (`digits@3`), or by the beginning of its id. */
export function findDevices(devices: readonly DeviceInfo[], text: string): DeviceInfo[] {
  return devices.filter(({ name, code, groups, role, id, report }) => {
    const runs = (report?.active ?? []).map(({ model, version }) => `${model}@${version}`);
    return hasWords([name, code, ...groups, role ?? '', id.slice(0, 12), ...runs], text);
  });
}

function hasWords(among: readonly string[], text: string): boolean {
  const all = among.map(one => one.toLowerCase());
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return words.every(word => all.some(one => one.includes(word)));
}
