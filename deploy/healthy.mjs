// Ends with 0 where the server on this machine answers: a container's health check. Not ready is healthy: it is draining.
const url = `http://127.0.0.1:${process.env.PORT ?? '8787'}/v2/health/live`;
try {
  const answer = await fetch(url, { signal: AbortSignal.timeout(4_000) });
  process.exitCode = answer.ok ? 0 : 1;
} catch (error) {
  console.error(`${url}: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
