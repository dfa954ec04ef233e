import Type, { type Static } from 'typebox';
import { AUDIT } from './variables/audit.ts';
import { CALLERS } from './variables/callers.ts';
import { CAPACITY } from './variables/capacity.ts';
import { ESSENTIALS } from './variables/essentials.ts';
import { MESSAGES } from './variables/messages.ts';
import { OPENAI } from './variables/openai.ts';
import { PROGRAMS } from './variables/programs.ts';
import { RETENTION } from './variables/retention.ts';
import { SERVER } from './variables/server.ts';
import { STORE } from './variables/store.ts';
import { TIMING } from './variables/timing.ts';

/**
 * The one schema of the environment: the order here is that of `.env.example`, which is checked against it, as are the
 * tables in the READMEs.
 * Each description is what an operator reads: what it is, its unit, and what happens when it is not set.
 */
export const ConfigSchema = Type.Object({
  ...ESSENTIALS,
  ...OPENAI,
  ...SERVER,
  ...STORE,
  ...CAPACITY,
  ...TIMING,
  ...CALLERS,
  ...MESSAGES,
  ...PROGRAMS,
  ...RETENTION,
  ...AUDIT,
});

/** The environment, checked and with defaults filled in. */
export type Config = Static<typeof ConfigSchema>;

/** A variable that the service knows. */
export type ConfigName = keyof Config;

/** What the READMEs and the checks read of a variable's schema. */
export interface ConfigProperty {
  readonly type?: string;
  readonly default?: string | number;
  readonly description: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly anyOf?: readonly { readonly const: string }[];
}

/** All variables in the order of the schema, with their properties. */
export const configProperties = Object.entries(ConfigSchema.properties) as unknown as readonly (readonly [
  ConfigName,
  ConfigProperty,
])[];
