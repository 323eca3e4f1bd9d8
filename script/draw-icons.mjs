/**
 * Renders the icon drawings (`electron/assets/**\/*.svg`) into the bitmaps beside them. Only needed after a drawing was
 * changed: the bitmaps are committed. Wants `rsvg-convert` (Debian: librsvg2-bin).
 *
 *   node script/draw-icons.mjs
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const assets = fileURLToPath(new URL('../electron/assets/', import.meta.url));
const states = ['idle', 'waiting', 'problem', 'paused', 'offline'];

/** A drawing as PNG bytes, `size` px square, with an empty `margin` inside that size. */
function render(drawing, size, margin = 0) {
  const inner = String(size - 2 * margin);
  const place = [
    '--page-width',
    String(size),
    '--page-height',
    String(size),
    '--left',
    String(margin),
    '--top',
    String(margin),
  ];
  return execFileSync('rsvg-convert', ['--width', inner, '--height', inner, ...place, `${assets}${drawing}`]);
}

/** PNGs in the container that Windows picks the right size from: header, one 16-byte entry each, then the images. */
function icoFrom(images) {
  const header = Buffer.alloc(6 + 16 * images.length);
  header.writeUInt16LE(1, 2);
  header.writeUInt16LE(images.length, 4);
  let offset = header.length;
  images.forEach(({ size, png }, index) => {
    const entry = 6 + 16 * index;
    // 0 stands for 256.
    header.writeUInt8(size % 256, entry);
    header.writeUInt8(size % 256, entry + 1);
    header.writeUInt16LE(1, entry + 4);
    header.writeUInt16LE(32, entry + 6);
    header.writeUInt32LE(png.length, entry + 8);
    header.writeUInt32LE(offset, entry + 12);
    offset += png.length;
  });
  return Buffer.concat([header, ...images.map(({ png }) => png)]);
}

for (const state of states) {
  // Two drawings, so that edges fall on whole pixels: the 16 px grid in its multiples, the 22 px grid in its.
  const sized = new Map([
    [16, render(`tray/${state}.svg`, 16)],
    [22, render(`tray/${state}-22.svg`, 22)],
    [24, render(`tray/${state}-22.svg`, 24, 1)],
    [32, render(`tray/${state}.svg`, 32)],
    [44, render(`tray/${state}-22.svg`, 44)],
    [48, render(`tray/${state}.svg`, 48)],
  ]);
  for (const [size, png] of sized) writeFileSync(`${assets}tray/${state}-${size}.png`, png);
  // Electron finds the double size by its name.
  writeFileSync(`${assets}tray/${state}.png`, sized.get(16));
  writeFileSync(`${assets}tray/${state}@2x.png`, sized.get(32));
  writeFileSync(`${assets}tray/${state}Template.png`, render(`tray/${state}Template.svg`, 16));
  writeFileSync(`${assets}tray/${state}Template@2x.png`, render(`tray/${state}Template.svg`, 32));
  const forWindows = [16, 24, 32, 48].map((size) => ({ size, png: sized.get(size) }));
  writeFileSync(`${assets}tray/${state}.ico`, icoFrom(forWindows));
}

const application = [16, 24, 32, 48, 64, 128, 256, 512, 1024].map((size) => ({
  size,
  png: render(size <= 32 ? 'application/icon-small.svg' : 'application/icon.svg', size),
}));
for (const { size, png } of application) writeFileSync(`${assets}application/${size}.png`, png);
writeFileSync(`${assets}application/icon.ico`, icoFrom(application.filter(({ size }) => size <= 256)));
writeFileSync(`${assets}application/icon-mac.png`, render('application/icon-mac.svg', 1024));
console.log(`drew ${states.length} tray states and ${application.length} application sizes`);
