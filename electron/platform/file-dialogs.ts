/** The system's own dialogs for choosing a file. A window never names a path. */
import { BrowserWindow, dialog } from 'electron/main';
import { translate } from '../../shared/i18n/translate.ts';

/** Over the window that asked, where there is one; otherwise by itself. */
function parent(): BrowserWindow | undefined {
  return (
    BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows().find((window) => window.isVisible())
  );
}

/** Returns a turn later: the promise resolves inside GTK's own call (seen with Electron 42 on Linux). */
const later = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const extensions = {
  backup: ['db'],
  archive: ['outtray'],
  csv: ['csv'],
  json: ['json'],
  templates: ['json'],
} as const;

/** Undefined when the person called it off. */
export async function chooseFileToOpen(
  kind: 'backup' | 'archive' | 'templates',
): Promise<string | undefined> {
  const options = {
    title: translate(`care.choose.${kind}`),
    properties: ['openFile' as const],
    filters: [{ name: translate(`care.fileKind.${kind}`), extensions: [...extensions[kind]] }],
  };
  const window = parent();
  const answer = await (window === undefined
    ? dialog.showOpenDialog(options)
    : dialog.showOpenDialog(window, options));
  await later();
  return answer.canceled ? undefined : answer.filePaths[0];
}

/** @param name proposed; the person may choose another */
export async function chooseFileToSave(
  kind: 'csv' | 'json' | 'archive' | 'templates',
  name: string,
): Promise<string | undefined> {
  const options = {
    title: translate('care.choose.target'),
    defaultPath: name,
    properties: ['showOverwriteConfirmation' as const, 'createDirectory' as const],
    filters: [{ name: translate(`care.fileKind.${kind}`), extensions: [...extensions[kind]] }],
  };
  const window = parent();
  const answer = await (window === undefined
    ? dialog.showSaveDialog(options)
    : dialog.showSaveDialog(window, options));
  await later();
  if (answer.canceled || answer.filePath === '') return undefined;
  // GTK does not add it.
  const ending = `.${extensions[kind][0]}`;
  return answer.filePath.toLowerCase().endsWith(ending) ? answer.filePath : `${answer.filePath}${ending}`;
}
