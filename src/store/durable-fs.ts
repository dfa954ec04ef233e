import { closeSync, fdatasyncSync, fsyncSync, openSync } from 'node:fs';
import { NodeFS } from '@electric-sql/pglite/nodefs';
import { PGlite } from '@electric-sql/pglite';

/** EIO in the numbering of the engine's C library. The engine stops on it rather than acknowledge. */
const WASI_EIO = 29;

/** Buffers for a small process. The engine's own 128 MB are written over with zeros at every start. */
const BUFFERS = ['-c', 'shared_buffers=16MB', '-c', 'wal_buffers=1MB'];

/** Parameters of the embedded engine that keeps nothing. */
export const MEMORY_START_PARAMS: readonly string[] = [...PGlite.defaultStartParams, ...BUFFERS];

/** Parameters of the embedded engine on a directory: fsync on (no -F), through the call that DurableFs serves. */
export const DURABLE_START_PARAMS: readonly string[] = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'),
  '-c',
  'wal_sync_method=fsync',
  ...BUFFERS,
];

interface FsStream {
  /** File descriptor of Node; directories have none. */
  readonly nfd?: number;
  readonly node: unknown;
}

interface NodeFileSystem {
  readonly stream_ops: { fsync?: (stream: FsStream) => number };
  realPath(node: unknown): string;
}

type InitResult = Awaited<ReturnType<NodeFS['init']>>;

/**
 * The engine's file system with a working fsync: the one it ships answers fsync with success and does
 * nothing, so that a committed transaction would not survive a power loss.
 */
export class DurableFs extends NodeFS {
  #syncs = 0;

  /** How many times the engine had a file written through to the disk. */
  get syncs(): number {
    return this.#syncs;
  }

  override async init(...[engine, options]: Parameters<NodeFS['init']>): Promise<InitResult> {
    const { emscriptenOpts } = await super.init(engine, options);
    const install = (module: { readonly NODEFS: unknown }): void => {
      const files = module.NODEFS as NodeFileSystem;
      files.stream_ops.fsync = (stream) => this.#sync(files, stream);
    };
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [...(emscriptenOpts.preRun ?? []), install] } };
  }

  #sync(files: NodeFileSystem, stream: FsStream): number {
    try {
      if (stream.nfd === undefined) syncPath(files.realPath(stream.node));
      else fdatasyncSync(stream.nfd);
      this.#syncs += 1;
      return 0;
    } catch {
      // Told to the engine as an error number: an exception must not cross it.
      return WASI_EIO;
    }
  }
}

/** Writes a file or directory through to the disk. */
export function syncPath(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
