// A model as a page that runs it alone.
export const savePage = {
  savePage: 'Save as a page',
  save: 'Save',
  what: 'A zip with a page that runs this model alone: opened from a disk or put on any web host, without this app, a server or a network.',
  licence: 'Licence of the model',
  licenceHint: 'Shown on the page. Empty where you do not know.',
  whoever: 'Whoever gets the page gets the model with it. No photo and no sample goes along.',
  saved: 'Saved: {name}',
} as const;
