// A load generator in a process of its own: runs the loads that its parent sends, one after the other, and sends back what came of
// them. One generator cannot busy a server on many cores.
import { closedLoop, type ClosedLoad } from './closed-loop.ts';

process.on('message', (load: ClosedLoad) => {
  // Buffers arrive as plain arrays of bytes.
  const requests = load.requests.map(request => Buffer.from(request));
  closedLoop({ ...load, requests }).then(
    result => process.send!({ result }),
    (error: unknown) => process.send!({ error: error instanceof Error ? error.message : String(error) }),
  );
});
process.send!({ ready: true });
