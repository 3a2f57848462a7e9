// A failure of something small, said in passing: what happened, and what to do.
import type { Failure } from '../../core/errors.ts';
import { remedyOf, titleOf } from '../i18n/errors.ts';
import { toast } from '../parts/toast.tsx';

export function errorToast(problem: Failure): void {
  console.error(problem.code, problem.detail);
  toast(`${titleOf(problem.code)} ${remedyOf(problem.code)}`);
}
