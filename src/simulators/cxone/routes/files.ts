import { json, type Request, type RequestHandler, type Response, raw } from 'express';
import { z } from 'zod';
import type { SimulatorContext } from '../context.js';
import { DfoError, notFound, parseBody } from '../dfo-error.js';
import { type Operation, pathPart, queryValue } from '../operations.js';
import { originOf } from './identity.js';

/** LOW confidence (cxone.md 2.8): about 40 MB is the most that CXone takes. */
export const largestFileBytes = 40 * 1024 * 1024;
const largestBodyBytes = Math.ceil(largestFileBytes / 3) * 4 + 1024;

const uploadSchema = z.strictObject({
  content: z.string().min(1),
  mimeType: z.string().min(1),
});

/** Reads the one body that may be large; what is larger still is refused by the parser. */
export const readLargeBody: RequestHandler = json({ limit: largestBodyBytes });

/** Reads a file of the console's as it is. */
export const readFileBody: RequestHandler = raw({ type: () => true, limit: largestFileBytes });

/** Lists the temporary files (cxone.md 2.8). */
export function fileOperations(context: SimulatorContext): Operation[] {
  return [
    {
      name: 'uploadAttachment',
      method: 'post',
      path: '/attachments/temporary',
      auth: 'bearer',
      handle: (req, res) => upload(context, req, res),
    },
    {
      name: 'downloadAttachment',
      method: 'get',
      path: '/attachments/temporary/:id',
      auth: 'none',
      handle: (req, res) => download(context, req, res),
    },
  ];
}

async function upload({ files }: SimulatorContext, req: Request, res: Response): Promise<void> {
  const { content, mimeType } = parseBody(uploadSchema, req.body);
  const bytes = Buffer.from(content, 'base64');
  // The decoder passes over what is no base64; then there are fewer bytes than the text has room for.
  const padding = /={0,2}$/.exec(content.slice(-2))?.[0].length ?? 0;
  if (bytes.length === 0 || bytes.length !== (content.length / 4) * 3 - padding) {
    throw new DfoError(400, [{ field: 'content', message: 'expected base64' }]);
  }
  if (bytes.length > largestFileBytes) {
    throw new DfoError(413, [{ field: 'content', message: 'The file is too large.' }]);
  }
  const { id } = await files.store(bytes, mimeType);
  res.status(201).json({ id, uId: id, ...files.sign(id, originOf(req)) });
}

async function download({ files }: SimulatorContext, req: Request, res: Response): Promise<void> {
  const id = pathPart(req, 'id');
  if (!files.isSigned(id, queryValue(req, 'expires'), queryValue(req, 'signature'))) {
    throw new DfoError(403, [{ message: 'The address is not signed, or over.' }]);
  }
  const found = await files.read(id);
  if (!found) throw notFound('The file');
  // Never opened in place: the bytes are a customer's, the origin is the console's.
  res.setHeader('Content-Disposition', 'attachment');
  res.setHeader('X-Content-Type-Options', 'nosniff');
  res.setHeader('Content-Security-Policy', "default-src 'none'; sandbox");
  res.type(found.file.mimeType).send(found.content);
}
