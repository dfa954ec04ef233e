export * from './types.ts';
export { startEmulator } from './server.ts';
export { standInModel } from './models/stand-in.ts';
export { scriptedModel, type ScriptStep } from './models/scripted.ts';
