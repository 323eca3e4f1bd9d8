/** Templates as a file: what one office gives to another, or keeps for itself. */
import * as v from 'valibot';
import { maxTemplates, type TemplateContent, templateContentSchema } from './template-content.ts';

/** Largest file that is read, in bytes: far more than all templates there can be. */
export const maxTemplateFileBytes = 4 * 2 ** 20;

const fileSchema = v.object({
  kind: v.literal('outtray-templates'),
  version: v.literal(1),
  templates: v.pipe(v.array(templateContentSchema), v.maxLength(maxTemplates)),
});

export function writeTemplateFile(templates: readonly TemplateContent[]): string {
  const file: v.InferOutput<typeof fileSchema> = {
    kind: 'outtray-templates',
    version: 1,
    templates: [...templates],
  };
  return `${JSON.stringify(file, undefined, 2)}\n`;
}

/** Undefined: it is not such a file, or not a whole one; then nothing of it is taken. */
export function readTemplateFile(text: string): TemplateContent[] | undefined {
  let value: unknown;
  try {
    // A byte order mark is what some editors leave.
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
  const read = v.safeParse(fileSchema, value);
  return read.success ? read.output.templates : undefined;
}
