// Which build of the app this is.
import { version } from '../../../package.json';

export const buildName = version;
