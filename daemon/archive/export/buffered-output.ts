import type { FileHandle } from 'node:fs/promises';

/** Gathers small writes to a new file into large ones. */
export interface BufferedOutput {
  /** Size of the file so far, gathered bytes included. */
  position(): number;
  append(bytes: Buffer): Promise<void>;
  /** Replaces bytes that were appended in one piece. */
  patch(offset: number, bytes: Buffer): Promise<void>;
  flush(): Promise<void>;
}

/** Creates the output over an empty file; the bytes of every append are copied or written before it resolves. */
export function createBufferedOutput(file: FileHandle): BufferedOutput {
  const buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  let written = 0;
  let gathered = 0;

  async function flush(): Promise<void> {
    await writeAll(file, buffer.subarray(0, gathered), written);
    written += gathered;
    gathered = 0;
  }

  return {
    position: () => written + gathered,
    async append(bytes) {
      if (gathered + bytes.length > buffer.length) await flush();
      if (bytes.length > buffer.length) {
        await writeAll(file, bytes, written);
        written += bytes.length;
      } else gathered += bytes.copy(buffer, gathered);
    },
    async patch(offset, bytes) {
      if (offset >= written) bytes.copy(buffer, offset - written);
      else await writeAll(file, bytes, offset);
    },
    flush,
  };
}

const BUFFER_BYTES = 1024 * 1024;

/** A full disk can take part of a write without an error: the next one tells. */
async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
