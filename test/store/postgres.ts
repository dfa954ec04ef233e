import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { Test } from 'tap';

const BASE = process.env['TEST_DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';

/** The server of the tests answers within this many ms, or there is none. */
const CONNECT_TIMEOUT_MS = 2_000;

/**
 * Runs `use` with a database of its own on the server that TEST_DATABASE_URL names. The database is dropped
 * when the tests passed and kept for inspection when they did not. Without a server one skipped test is reported.
 */
export async function withPostgres(t: Test, use: (url: string) => Promise<void>): Promise<void> {
  if (!(await answers())) {
    t.pass('a PostgreSQL server', { skip: 'skipped: no PostgreSQL' });
    return;
  }
  const name = `denwaban_test_${process.pid}_${randomBytes(4).toString('hex')}`;
  await administer(`create database ${name}`);
  const url = new URL(BASE);
  url.pathname = `/${name}`;
  await use(url.href);
  if (t.passing()) await administer(`drop database ${name} with (force)`);
  else t.comment(`kept: database ${name}`);
}

/** Runs one statement over a connection of its own, on the server's default database or the given one. */
export async function administer(statement: string, url: string = BASE): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

async function answers(): Promise<boolean> {
  try {
    await administer('select 1');
    return true;
  } catch (error) {
    if (error instanceof Error && !('severity' in error)) return false;
    throw error;
  }
}
