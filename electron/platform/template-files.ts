/** Templates into a file and out of one. The person names the file in a dialog of the system; no window ever does. */
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import type { TemplateContent } from '../../shared/domain/template-content.ts';
import {
  maxTemplateFileBytes,
  readTemplateFile,
  writeTemplateFile,
} from '../../shared/domain/template-file.ts';
import { chooseFileToOpen, chooseFileToSave } from './file-dialogs.ts';

/** @throws the disk's error; a file that was there before is then there still */
export async function saveTemplates(templates: readonly TemplateContent[]): Promise<boolean> {
  const path = await chooseFileToSave('templates', 'outtray-templates.json');
  if (path === undefined) return false;
  const temporary = `${path}.part`;
  try {
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(writeTemplateFile(templates));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  return true;
}

export async function chooseTemplates(): Promise<TemplateContent[] | 'unreadable' | undefined> {
  const path = await chooseFileToOpen('templates');
  if (path === undefined) return undefined;
  if ((await stat(path)).size > maxTemplateFileBytes) return 'unreadable';
  return readTemplateFile(await readFile(path, 'utf8')) ?? 'unreadable';
}
