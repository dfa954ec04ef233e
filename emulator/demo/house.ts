import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { build } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/logger.ts';
import { openLogWriter } from '../../src/telemetry/log-writer.ts';
import { startEmulator } from '../server.ts';
import type { Emulator, Model } from '../types.ts';

const STDERR = 2;

export interface HouseOptions {
  readonly clock: Clock;
  /** How many times faster than real speech both sides speak, by this clock. */
  readonly playbackSpeed: number;
  /** What OpenAI's side says; default: the stand-in. */
  readonly model?: Model;
  /** Variables of the service beside those that point it at the emulator. */
  readonly env?: Readonly<Record<string, string>>;
  /** Directory of a store that is kept; default: a temporary one that goes with the house. */
  readonly dataDir?: string;
  /** Whether the service's log lines are written to standard error. */
  readonly logs: boolean;
}

/** The service as it runs in production, and OpenAI's side, on free ports of this machine. */
export interface House {
  readonly app: FastifyInstance;
  readonly emulator: Emulator;
  readonly clock: Clock;
  /** The directory of the embedded store; a temporary one is gone after `close`. */
  readonly dataDir: string;
  /** Stops both and removes a temporary store. */
  close(): Promise<void>;
}

/**
 * Boots the service with an embedded store, a fresh one in a temporary directory by default, and the emulator whose signed webhooks it
 * receives. Key and webhook secret are made up for this run.
 *
 * @throws DenwabanError when the service cannot start
 */
export async function openHouse(options: HouseOptions): Promise<House> {
  const { clock, playbackSpeed, model } = options;
  const apiKey = `sk-emulator-${randomBytes(12).toString('hex')}`;
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'denwaban-')));
  const emulator = await startEmulator({
    clock,
    apiKey,
    webhookSecrets: [secret],
    playback: { speed: playbackSpeed },
    ...(model === undefined ? {} : { model }),
  });
  let app: FastifyInstance | null = null;
  const close = async (): Promise<void> => {
    await app?.close();
    await emulator.close();
    if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
  };
  try {
    const config = loadConfig({
      NODE_ENV: 'production',
      OPENAI_API_KEY: apiKey,
      OPENAI_WEBHOOK_SECRET: secret,
      OPENAI_BASE_URL: emulator.baseUrl,
      DATA_DIR: dataDir,
      LOG_LEVEL: options.logs ? 'debug' : 'silent',
      ...options.env,
    });
    const { log } = createLogger({ level: config.LOG_LEVEL, destination: openLogWriter(STDERR) });
    app = await build({ config, log, clock });
    emulator.deliverTo(`${await app.listen({ port: 0, host: '127.0.0.1' })}/openai-webhook`);
  } catch (error) {
    await close();
    throw error;
  }
  return { app, emulator, clock, dataDir, close };
}
