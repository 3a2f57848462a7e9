// Rights on models.
export const grants = {
  everyModel: 'all models',
  grantInWords: '{model}: {rights}',
  read: 'see and fetch',
  predict: 'predict',
  write: 'hand in',
  promote: 'move aliases',
  admin: 'everything',
} as const;
