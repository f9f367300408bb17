import type { ExampleFile } from './examples.js';

/** Makes a file of an example, so that there is one to send on every machine. */
export async function makeExampleFile(name: ExampleFile): Promise<File> {
  return name === 'savanna.png'
    ? new File([await drawSavanna()], name, { type: 'image/png' })
    : new File(['Mud, cold: 2\nMud, deep: 3\n'], name, { type: 'text/plain' });
}

function drawSavanna(): Promise<Blob> {
  const canvas = new OffscreenCanvas(480, 320);
  const pen = canvas.getContext('2d');
  const fill = (colour: string, ...area: [number, number, number, number]) => {
    if (!pen) return;
    pen.fillStyle = colour;
    pen.fillRect(...area);
  };
  fill('#f4b860', 0, 0, 480, 200);
  fill('#d96c3f', 300, 60, 80, 80);
  fill('#7a6a3a', 0, 200, 480, 120);
  fill('#4c4a2a', 90, 110, 12, 100);
  fill('#4c4a2a', 40, 90, 120, 30);
  return canvas.convertToBlob();
}
