/**
 * The container's health check: asks /livez on this machine. Exit code 0 when it answers 200, else 1 with the reason.
 * An image without a shell has no other way to ask.
 */
import { get } from 'node:http';

/** Ms. The event loop that cannot answer this for so long serves no call either. Below the 5 s the Dockerfile gives. */
const DEADLINE_MS = 3_000;

const request = get(
  {
    host: '127.0.0.1',
    port: process.env.PORT || '8000',
    path: '/livez',
    agent: false,
    signal: AbortSignal.timeout(DEADLINE_MS),
  },
  (response) => {
    response.resume();
    if (response.statusCode === 200) process.exitCode = 0;
    else fail(`/livez answered ${response.statusCode}`);
  },
);
request.on('error', (error) => fail(error.message));

function fail(reason) {
  process.stderr.write(`${reason}\n`);
  process.exitCode = 1;
}
