/** @module Which files pass: by what they say that they are, and by how they begin. */
import { RequestError } from '../../domain/errors.js';

/** How much of a file tells what it is. */
export const headBytes = 1_024;

/** What customers send: pictures, documents, sound, video, archives. Nothing that a browser runs. */
export const takenTypes: ReadonlySet<string> = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/avif',
  'image/bmp',
  'image/heic',
  'image/heif',
  'image/tiff',
  'application/pdf',
  'application/rtf',
  'application/msword',
  'application/vnd.ms-excel',
  'application/vnd.ms-powerpoint',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  'application/vnd.oasis.opendocument.text',
  'application/vnd.oasis.opendocument.spreadsheet',
  'application/vnd.oasis.opendocument.presentation',
  'application/zip',
  'application/x-zip-compressed',
  'text/plain',
  'text/csv',
  'audio/aac',
  'audio/mp4',
  'audio/mpeg',
  'audio/ogg',
  'audio/wav',
  'audio/webm',
  'audio/x-m4a',
  'audio/x-wav',
  'video/mp4',
  'video/mpeg',
  'video/ogg',
  'video/quicktime',
  'video/webm',
]);

/** How files begin that every browser shows as a picture and runs nothing of. */
const pictureStarts: readonly (readonly [type: string, start: RegExp])[] = [
  ['image/png', /^\x89PNG\r\n/],
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/gif', /^GIF8[79]a/],
  ['image/webp', /^RIFF[^]{4}WEBP/],
  ['image/avif', /^[^]{4}ftypavi[fs]/],
  ['image/bmp', /^BM[^]{12}/],
];

/** How pages, drawings with scripts, programs and shell scripts begin. */
const runnableStart =
  /^(?:MZ|\x7fELF|#!|<(?:!--|!doctype|\?xml|html|head|body|script|style|svg|iframe|object|embed|meta|link|title|table|a|div|img|math)[\s>/])/i;

/** Names that make an agent's machine run what it was given. */
const runnableName =
  /\.(?:bat|cmd|com|cpl|exe|hta|html?|jar|js|jse|lnk|mht|mhtml|mjs|msi|pif|ps1|scr|sh|svgz?|vbe|vbs|wsf|xht|xhtml|xml)$/i;

/** Tells a picture by its first bytes; undefined for anything that is not surely one. */
export function pictureTypeOf(head: Uint8Array): string | undefined {
  const text = Buffer.from(head).toString('latin1');
  return pictureStarts.find(([, start]) => start.test(text))?.[0];
}

/** Says whether a type is one that customers may send and get. */
export function isTakenType(mimeType: string): boolean {
  return takenTypes.has(mimeType);
}

function refuse(what: string): never {
  throw new RequestError('ATTACHMENT_TYPE_REFUSED', what);
}

/** Reads a `Content-Type`, without its parameters; throws `ATTACHMENT_TYPE_REFUSED`. */
export function readTakenType(header: string | undefined): string {
  const type = (header ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  return isTakenType(type) ? type : refuse('Files of this type are not taken.');
}

/**
 * Gives the type that a file has by its first bytes, where they tell, else the one that it says.
 * Throws `ATTACHMENT_TYPE_REFUSED` for what could be run, whatever it says, and for a picture or a
 * PDF that does not begin as one.
 */
export function checkFile(
  file: { readonly name: string; readonly mimeType: string },
  head: Uint8Array,
): string {
  // Pages in UTF-16 have a zero in every other byte, and any page may begin with marks and space.
  const start = Buffer.from(head)
    .toString('latin1')
    .replace(/\0/g, '')
    .replace(/^(?:\xef\xbb\xbf|\xfe\xff|\xff\xfe|\s)+/, '');
  if (runnableName.test(file.name) || runnableStart.test(start)) {
    refuse('Pages, scripts and programs are not taken.');
  }
  const picture = pictureTypeOf(head);
  if (picture !== undefined) return picture;
  const isSeen = pictureStarts.some(([type]) => type === file.mimeType);
  if (isSeen || (file.mimeType === 'application/pdf' && !start.startsWith('%PDF-'))) {
    refuse('The file is not of the type that it says.');
  }
  return file.mimeType;
}
