#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { main } from './cli/main.ts';

// What the environment says already wins over the file.
if (existsSync('.env')) process.loadEnvFile('.env');
// A reader that has seen enough (head, less) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});
process.exitCode = await main(process.argv.slice(2), {
  env: process.env,
  input: () => process.stdin,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
});
