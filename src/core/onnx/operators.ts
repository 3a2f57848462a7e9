// Which operators of a model ONNX Runtime lacks, found before it is asked.
import type { ModelInspection } from './inspect.ts';
import { operatorTable } from './operator-table.ts';

/** Their names as `ModelInspection.operators` has them, sorted. Empty: all are known. */
export function unsupportedOperators({ operators }: Pick<ModelInspection, 'operators'>): string[] {
  return Object.keys(operators).filter(name => !isKnown(name));
}

function isKnown(name: string): boolean {
  const dot = name.lastIndexOf('.');
  return operatorTable.get(name.slice(0, Math.max(dot, 0)))?.has(name.slice(dot + 1)) ?? false;
}
