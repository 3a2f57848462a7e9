// How a version of a model is named where one string is the key: in stores, locks and maps.
export function versionKey(model: string, version: number): string {
  return `${model}@${version}`;
}
