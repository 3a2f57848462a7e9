// How a model is known to be made for seeing by.

/** What a general model is tagged with in the registry, so that devices propose to get it when something is taught by showing. */
export const embeddingTag = 'embedding';
