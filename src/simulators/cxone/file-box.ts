import { createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Attachment, StoredFile } from './model.js';
import type { Store } from './store.js';

/** Keeps files, and gives addresses for them that are signed and soon over (cxone.md 2.8). */
export interface FileBox {
  store(content: Buffer, mimeType: string): Promise<StoredFile>;
  /** A file and its bytes; undefined for one that is not there. */
  read(id: string): Promise<{ file: StoredFile; content: Buffer } | undefined>;
  /** Makes an address that is good from now on, below an origin or without one. */
  sign(id: string, origin: string): { url: string; expireAt: string };
  isSigned(id: string, expires: string | undefined, signature: string | undefined): boolean;
  /** The file that an address of ours names; undefined for any other address. */
  fileAt(url: string): StoredFile | undefined;
  /** Gives a message's files with new addresses, below the origin by which middleware reaches us. */
  signed(attachments: readonly Attachment[]): Attachment[];
  /** Notes the origin by which middleware reaches us. */
  noteCaller(origin: string): void;
  /** Makes every address given so far worthless. */
  expireAll(): Promise<void>;
}

const settingSchema = z.object({ key: z.string().min(1) });
/** Where files are, below the origin. */
const path = '/dfo/3.0/attachments/temporary/';

/** Creates the box over a store; with a folder its bytes outlive the process, as the store does. */
export function createFileBox(options: {
  store: Store;
  dataDir: string | undefined;
  lifetimeMs: number;
}): FileBox {
  const { store, dataDir, lifetimeMs } = options;
  const folder = dataDir === undefined ? undefined : join(dataDir, 'files');
  const inMemory = new Map<string, Buffer>();
  let key = settingSchema.safeParse(store.get('settings', 'files')?.value).data?.key ?? newKey();
  let callerOrigin: string | undefined;

  function newKey(): string {
    const made = randomBytes(32).toString('base64url');
    store.put('settings', { name: 'files', value: { key: made } });
    return made;
  }

  function signatureOf(id: string, expires: string): Buffer {
    return createHmac('sha256', key).update(`${id} ${expires}`).digest();
  }

  store.onReset(() => {
    inMemory.clear();
    if (folder !== undefined) void rm(folder, { recursive: true, force: true });
  });

  const box: FileBox = {
    async store(content, mimeType) {
      const at = new Date(store.now()).toISOString();
      const file: StoredFile = { id: randomUUID(), mimeType, size: content.length, createdAt: at };
      if (folder === undefined) {
        inMemory.set(file.id, content);
      } else {
        await mkdir(folder, { recursive: true });
        await writeFile(join(folder, file.id), content);
      }
      store.put('files', file);
      await store.durable();
      return file;
    },
    async read(id) {
      const file = store.get('files', id);
      if (!file) return undefined;
      const content =
        folder === undefined
          ? inMemory.get(id)
          : await readFile(join(folder, id)).catch(() => null);
      return content ? { file, content } : undefined;
    },
    sign(id, origin) {
      const endsAtMs = store.now() + lifetimeMs;
      const query = new URLSearchParams({
        expires: String(endsAtMs),
        signature: signatureOf(id, String(endsAtMs)).toString('base64url'),
      });
      return {
        url: `${origin}${path}${id}?${query.toString()}`,
        expireAt: new Date(endsAtMs).toISOString(),
      };
    },
    isSigned(id, expires = '', signature = '') {
      const given = Buffer.from(signature, 'base64url');
      const expected = signatureOf(id, expires);
      return (
        given.length === expected.length &&
        timingSafeEqual(given, expected) &&
        Number(expires) > store.now()
      );
    },
    fileAt(url) {
      const { pathname } = new URL(url, 'http://simulator');
      return pathname.startsWith(path)
        ? store.get('files', pathname.slice(path.length))
        : undefined;
    },
    signed: (attachments) =>
      attachments.map((attachment) => {
        const file = box.fileAt(attachment.url);
        if (!file) return attachment;
        const origin = callerOrigin ?? new URL(attachment.url).origin;
        return { ...attachment, url: box.sign(file.id, origin).url };
      }),
    noteCaller(origin) {
      callerOrigin = origin;
    },
    async expireAll() {
      key = newKey();
      await store.durable();
    },
  };
  return box;
}
