// An invitation that came by a link or a QR code: taken out of the address at once, asked about once, and, on a device that
// knows no registry yet, what the first contact is held against.
import { effect, signal } from '@preact/signals';
import { type Invitation, invitationIn } from '../../core/artifact/enrolment-code.ts';
import { type Failure, toFailure } from '../../core/errors.ts';
import { connect } from '../../device/registry.ts';
import { registry } from './connection.ts';
import type { Services } from './services.ts';

/** Null when there is none, or it was answered. */
export const invitation = signal<Invitation | null>(null);
/** Why the registry that answers is not the one that the invitation names. */
export const invitationProblem = signal<Failure | null>(null);

const retryMs = 5_000;

/** Looks for one in the address, now and when that changes. The code stays neither there nor in the history. */
export function followInvitations(): void {
  const take = () => {
    const found = invitationIn(location.hash);
    if (!found) return;
    history.replaceState(history.state, '', '#/settings');
    invitation.value = found;
    invitationProblem.value = null;
  };
  addEventListener('hashchange', take);
  take();
}

export function dismissInvitation(): void {
  invitation.value = null;
  invitationProblem.value = null;
}

/**
 * Pins the registry that an open invitation names, and no other; resolves when the network may be used as ever: it is pinned,
 * or the invitation was answered.
 */
export async function pinInvited({ db, client }: Services, signal: AbortSignal): Promise<void> {
  while (invitation.value && !registry.value && !signal.aborted) {
    try {
      registry.value = await connect(db, client, invitation.value.registry);
    } catch (thrown) {
      const problem = toFailure(thrown);
      if (problem.code !== 'Offline') invitationProblem.value = problem;
      await answeredOrAfter(problem.code === 'Offline' ? retryMs : null);
    }
  }
}

/** @param ms null: however long it takes */
function answeredOrAfter(ms: number | null): Promise<void> {
  return new Promise(resolve => {
    const timer = ms === null ? undefined : setTimeout(resolve, ms);
    const asked = invitation.value;
    const stop = effect(() => {
      if (invitation.value === asked) return;
      clearTimeout(timer);
      resolve();
      queueMicrotask(() => stop());
    });
  });
}
