import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** Where the server is; the harness makes a database of its own on it. */
const BASE = process.env['TEST_DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';
/** A server of this machine answers within this, or there is none, ms. */
const CONNECT_MS = 3_000;

/** The database of one run. */
export interface OwnDatabase {
  readonly name: string;
  readonly url: string;
  /** Where the server listens. */
  readonly server: { readonly host: string; readonly port: number };
  /** The same database by way of another port of this machine. */
  through(port: number): string;
  drop(): Promise<void>;
}

/**
 * Makes a database.
 *
 * @param base any database of the server
 * @returns null when no server answers
 */
export async function createDatabase(base = BASE): Promise<OwnDatabase | null> {
  const name = `denwaban_chaos_${process.pid}_${randomBytes(4).toString('hex')}`;
  try {
    await administer(base, `create database ${name}`);
  } catch (error) {
    // What the server itself says has a severity: then there is one, and something else is wrong.
    if (error instanceof Error && !('severity' in error)) return null;
    throw error;
  }
  const own = new URL(base);
  own.pathname = `/${name}`;
  return {
    name,
    url: own.href,
    server: { host: own.hostname, port: Number(own.port === '' ? '5432' : own.port) },
    through: (port) => {
      const detour = new URL(own);
      detour.hostname = '127.0.0.1';
      detour.port = String(port);
      return detour.href;
    },
    drop: async () => administer(base, `drop database if exists ${name} with (force)`),
  };
}

async function administer(base: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: base, connectionTimeoutMillis: CONNECT_MS });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
