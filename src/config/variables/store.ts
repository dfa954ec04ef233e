import Type from 'typebox';

/** Where everything is kept. */
export const STORE = {
  DATABASE_URL: Type.String({
    default: '',
    description: 'postgres:// address of a PostgreSQL server (15 or newer). Empty: the embedded store.',
  }),
  DATA_DIR: Type.String({
    default: './data',
    minLength: 1,
    description: 'Directory of the embedded store; memory:// keeps nothing.',
  }),
};
