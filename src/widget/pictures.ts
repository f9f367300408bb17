/** Which files are shown as pictures. */
const pictureEnding = /\.(?:avif|bmp|gif|jpe?g|png|svg|webp)$/i;

/** Tells a picture by its kind, or where nothing says so by how its name or its address ends. */
export function isPicture(file: {
  readonly name: string;
  readonly url: string;
  readonly mimeType?: string | undefined;
}): boolean {
  if (file.mimeType !== undefined && file.mimeType !== '') {
    return file.mimeType.startsWith('image/');
  }
  return pictureEnding.test(file.name) || pictureEnding.test(pathOf(file.url));
}

function pathOf(url: string): string {
  try {
    return new URL(url).pathname;
  } catch {
    return '';
  }
}
