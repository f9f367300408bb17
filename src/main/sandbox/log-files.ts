/** The log files of the sandbox's processes. */
import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';

const longestLogBytes = 20_000_000;

/** Opens `<name>.log` for appending; one that has grown long is set aside first. */
export async function openLogFile(folder: string, name: string): Promise<WriteStream> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${name}.log`);
  const { size } = await stat(file).catch(() => ({ size: 0 }));
  if (size > longestLogBytes) await rename(file, join(folder, `${name}.old.log`));
  return createWriteStream(file, { flags: 'a' });
}
