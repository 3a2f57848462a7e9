// Whether a server is behind this page, or only files: the page says so itself (`haversack export --site`).
import { folderFetch, folderMetaContent, folderMetaName } from '../../client/folder-registry.ts';

/** Then there is nobody to send to, to ask in at, or to administer. */
export const registryIsFolder =
  document.querySelector<HTMLMetaElement>(`meta[name="${folderMetaName}"]`)?.content === folderMetaContent;

/** `inner`, with the registry's addresses as they are here. */
export function registryFetch(inner: typeof fetch): typeof fetch {
  return registryIsFolder ? folderFetch(inner) : inner;
}
