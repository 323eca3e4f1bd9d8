/**
 * Parameters of a query or of a form (`application/x-www-form-urlencoded`), as bytes: Developers' Central reads them as
 * Windows-1252, the Platform as UTF-8, and `URLSearchParams` decodes as UTF-8 only.
 */

export interface FormParameter {
  readonly name: string;
  readonly value: Buffer;
}

/** Undefined when a `%` is not followed by two hexadecimal digits. Parameters without a name are passed over. */
export function readFormParameters(text: Buffer | string): readonly FormParameter[] | undefined {
  const pieces = (typeof text === 'string' ? Buffer.from(text, 'latin1') : text)
    .toString('latin1')
    .split('&');
  const parameters: FormParameter[] = [];
  for (const piece of pieces) {
    const equals = piece.indexOf('=');
    const name = decode(equals === -1 ? piece : piece.slice(0, equals));
    const value = decode(equals === -1 ? '' : piece.slice(equals + 1));
    if (name === undefined || value === undefined) return undefined;
    if (name.length > 0) parameters.push({ name: name.toString('latin1'), value });
  }
  return parameters;
}

/** Undefined when the bytes are not UTF-8. */
export function fromUtf8(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Every byte is a character: the five that Windows-1252 leaves undefined stay control characters. */
export function fromWindows1252(bytes: Buffer): string {
  return new TextDecoder('windows-1252').decode(bytes);
}

function decode(text: string): Buffer | undefined {
  if (/%(?![0-9a-fA-F]{2})/.test(text)) return undefined;
  const characters = text
    .replaceAll('+', ' ')
    .replace(/%([0-9a-fA-F]{2})/g, (_match, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(characters, 'latin1');
}
