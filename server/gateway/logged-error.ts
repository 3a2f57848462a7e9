// An error that has come from another process of this server, whose log has it already.
import { HaversackError } from '../../src/core/errors.ts';

export class LoggedError extends HaversackError {}
