import Type from 'typebox';

/** What proves what happened. */
export const AUDIT = {
  AUDIT_KEY: Type.String({
    default: '',
    description:
      'Key of the audit, base64 of 32 to 64 bytes (openssl rand -base64 32). Up to three separated by commas, newest first. Empty: one is made in DATA_DIR/audit.key; with DATABASE_URL in production it has to be set, the same for all nodes.',
  }),
  AUDIT_ANCHOR_DIR: Type.String({
    default: '',
    description:
      'Directory to which the ends of all chains of the audit are written daily, best on another disk. Empty: DATA_DIR/audit.',
  }),
};
