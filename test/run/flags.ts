/**
 * What Node is told in every process of a test: `--liftoff-only` compiles the embedded database once, as a start needs
 * it, and not a second time for speed that would come when the test is over.
 */
export const NODE_FLAGS: readonly string[] = ['--enable-source-maps', '--liftoff-only'];

/** Those for a process that a test starts: the same as its own, without the hooks of a coverage. */
export const CHILD_FLAGS: readonly string[] = NODE_FLAGS.filter((flag) => process.execArgv.includes(flag));
