// By what names a page asks the browser for background work, and the service worker knows it.

/** Background Sync (WICG): asked for by a page that cannot reach the server, fired when the device can. */
export const outboxTag = 'haversack-outbox';
/** Periodic Background Sync (WICG): fired now and then for an installed app. */
export const updatesTag = 'haversack-updates';
