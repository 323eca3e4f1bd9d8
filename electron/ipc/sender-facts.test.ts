import { expect, test } from 'vitest';
import { senderFacts } from './sender-facts.ts';

const mainFrame = { url: 'app://bundle/index.html?window=main' };

test('the main frame of a window', () => {
  expect(senderFacts({ senderFrame: mainFrame, sender: { id: 7, mainFrame } })).toEqual({
    frameUrl: mainFrame.url,
    isMainFrame: true,
    webContentsId: 7,
  });
});

test('a sub-frame at our own address is not the main frame', () => {
  const senderFrame = { url: mainFrame.url };
  expect(senderFacts({ senderFrame, sender: { id: 7, mainFrame } }).isMainFrame).toBe(false);
});

test('a frame that is gone is nobody', () => {
  expect(senderFacts({ senderFrame: null, sender: { id: 7, mainFrame: null } })).toEqual({
    frameUrl: null,
    isMainFrame: false,
    webContentsId: 7,
  });
});
