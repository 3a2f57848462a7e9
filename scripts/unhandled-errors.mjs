// A vitest reporter: what went wrong outside any test, which the JSON report does not have, as a list of messages in a file.
import { writeFileSync } from 'node:fs';

export const unhandledVariable = 'HAVERSACK_UNHANDLED_ERRORS';

export default class UnhandledErrors {
  onTestRunEnd(_modules, errors) {
    const path = process.env[unhandledVariable];
    if (path) writeFileSync(path, JSON.stringify(errors.map(error => error.stack ?? error.message)));
  }
}
