// How a bundle is recognised, for whoever need not look into it.

/** What the name of such a file ends with. */
export const bundleSuffix = '.haversack';
export const bundleMediaType = 'application/vnd.haversack.bundle';
