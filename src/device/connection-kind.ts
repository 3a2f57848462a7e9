// Whether this device's link is paid by what goes over it, where the browser tells (the Network Information API: Chromium).

/** What of `navigator.connection` is looked at; TypeScript's DOM has no more of it than other browsers have. */
interface NetworkInformation extends EventTarget {
  readonly type?: string;
  readonly saveData?: boolean;
}

function connection(): NetworkInformation | null {
  return (navigator as { connection?: NetworkInformation }).connection ?? null;
}

/** On a mobile network, or asked by the user to be sparing. Null: the browser does not say. */
export function isMetered(): boolean | null {
  const link = connection();
  if (!link) return null;
  return link.type === 'cellular' || link.saveData === true;
}

/** @returns the function that ends it */
export function onLinkChange(listener: () => void): () => void {
  const link = connection();
  link?.addEventListener('change', listener);
  return () => link?.removeEventListener('change', listener);
}
