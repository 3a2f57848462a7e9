// The admin's state of this page: outside the screen, so that an upload goes on while the reader looks elsewhere.
import { RegistryClient } from '../../../client/registry.ts';
import { createAdmin } from '../../state/admin.ts';
import { createUpload } from '../../state/admin-upload.ts';
import { watchedFetch } from '../../state/connection.ts';
import { need } from '../../state/services.ts';

export const admin = createAdmin({
  connect: key =>
    key === null
      ? need().client
      : new RegistryClient({
          baseUrl: location.origin,
          token: () => Promise.resolve(key),
          fetch: watchedFetch,
        }),
  storage: sessionStorage,
});

export const upload = createUpload({
  inspect: file => need().serving.call(api => api.inspect(file)),
  api: () => admin.api.peek(),
});
