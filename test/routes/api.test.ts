import t from 'tap';
import { SCOPES, type Scope } from '../../src/api/scopes.ts';
import { startApi, type Answer } from './api.ts';

const api = await startApi(t);

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly scope: Scope;
}

/** Every operation of the document, with values in its path that stand for nothing. */
async function operations(): Promise<Operation[]> {
  const { json } = await api.call('GET', '/openapi.json', { key: null });
  return Object.entries(
    json.paths as Record<string, Record<string, { security?: { key: Scope[] }[] }>>,
  ).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path: path.replace('/api/v1', '').replaceAll(/\{[^}]+\}/g, 'none'),
      scope: operation.security?.[0]?.key?.[0] as Scope,
    })),
  );
}

function isProblem(answer: Answer): boolean {
  return (
    answer.headers.get('content-type')?.startsWith('application/problem+json') === true &&
    answer.json.status === answer.status &&
    typeof answer.json.title === 'string' &&
    answer.json.type === `urn:denwaban:problem:${answer.json.code}`
  );
}

function isGuarded(answer: Answer): boolean {
  return (
    answer.headers.get('cache-control') === 'no-store' &&
    answer.headers.get('x-content-type-options') === 'nosniff' &&
    answer.headers.get('content-security-policy')?.includes("default-src 'none'") === true
  );
}

t.test('every operation of the document is closed without its scope, and answers problems', async (t) => {
  const all = await operations();
  t.ok(all.length >= 15, `${all.length} operations`);
  for (const { method, path, scope } of all) {
    const name = `${method} ${path}`;
    t.ok(SCOPES.includes(scope), `${name} names its scope`);
    const body = method === 'GET' ? {} : { body: {} };

    const anonymous = await api.call(method, path, { ...body, key: null });
    t.equal(anonymous.status, 401, `${name} without a key`);
    t.match(anonymous.headers.get('www-authenticate'), /^Bearer/);
    t.ok(isProblem(anonymous) && isGuarded(anonymous), name);

    const others = SCOPES.filter((one) => one !== scope && one !== 'admin');
    const key = await api.keyWith(others);
    const foreign = await api.call(method, path, { ...body, key });
    t.equal(foreign.status, 403, `${name} with every scope but its own`);
    t.ok(isProblem(foreign) && isGuarded(foreign), name);

    const admitted = await api.call(method, path, body);
    t.ok(isGuarded(admitted), name);
    if (admitted.status >= 400) t.ok(isProblem(admitted), `${name}: ${admitted.status}`);
    t.ok(admitted.status < 500, `${name}: ${admitted.status}`);
  }
});
