// Files of tests run one after another in one process, so that what they import is loaded once. Each begins all the same as if it
// were the first: globals, variables, clock and spies are as they were, and modules of the app, which keep state, are its own.
import { expect, vi } from 'vitest';

vi.unstubAllGlobals();
vi.unstubAllEnvs();
vi.useRealTimers();
vi.restoreAllMocks();

const { testPath } = expect.getState();
if (testPath === undefined) throw new Error('it is not known whose tests these are');
if (/\/test\/(app|sw|device|worker)\//.test(testPath)) vi.resetModules();
