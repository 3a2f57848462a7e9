// The admin's state of this page: outside the screen, so that an upload goes on while the reader looks elsewhere.
import { AdminClient } from '../../../client/admin.ts';
import { createAdmin } from '../../state/admin.ts';
import { createUpload } from '../../state/admin-upload.ts';
import { need } from '../../state/services.ts';

export const admin = createAdmin({
  connect: key => {
    const { connection } = need();
    return new AdminClient(key === null ? connection : { ...connection, token: () => Promise.resolve(key) });
  },
  storage: sessionStorage,
});

export const upload = createUpload({
  bring: files => need().serving.call(api => api.bringModel(files)),
  api: () => admin.api.peek(),
});
