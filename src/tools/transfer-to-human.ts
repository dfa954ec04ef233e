import Type, { type TObject, type TUnsafe } from 'typebox';
import type { Tool } from './tool.ts';

/** Keys of the configured targets, and where they lead: `tel:` or `sip:` URIs. */
export type TransferTargets = ReadonlyMap<string, string>;

type Parameters = TObject<{ target: TUnsafe<string> }>;

/**
 * Connects the caller to a person. The model picks a key; the URI comes from the configuration only.
 *
 * @returns null when no target is configured: the tool is not offered then
 */
export function transferToHuman(targets: TransferTargets): Tool<Parameters> | null {
  const keys = [...targets.keys()];
  if (keys.length === 0) return null;
  const parameters = Type.Object(
    {
      target: Type.Unsafe<string>({
        type: 'string',
        enum: keys,
        description: 'Who to connect the caller to.',
      }),
    },
    { additionalProperties: false },
  );
  return {
    name: 'transfer_to_human',
    description:
      'Connect the caller to a person of the team. Use it when the caller asks for a person, or when you cannot help. Do not announce it yourself.',
    parameters,
    effect: 'control',
    run: async ({ target }) =>
      targets.has(target)
        ? { status: 'ok', output: { ok: true }, control: { kind: 'transfer', targetKey: target } }
        : { status: 'refused', output: { ok: false, error: 'unknown_target' } },
  };
}
