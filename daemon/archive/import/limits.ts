/** What an archive may ask of this machine before anything of it is believed. */
export interface ArchiveLimits {
  /** Files and folders. */
  readonly entries: number;
  /** All files together, unpacked. */
  readonly bytes: number;
  /** Unpacked size over packed size of one file larger than a megabyte. */
  readonly ratio: number;
  /** Each manifest, and all other tag files together. */
  readonly tagBytes: number;
}

/** Far above what Reeve writes: it stores without compression. */
export const DEFAULT_LIMITS: ArchiveLimits = {
  entries: 500_000,
  bytes: 64 * 1024 ** 3,
  ratio: 200,
  tagBytes: 256 * 1024 ** 2,
};
