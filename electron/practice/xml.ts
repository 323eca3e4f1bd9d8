/**
 * Reads a small XML document: one root, children with text. Loaded by the first request that needs it.
 *
 * The library is told to expand nothing, and what it would tolerate is refused before and after: document types (and
 * with them every entity of one's own), processing instructions, attributes, characters XML does not have.
 */
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { fromUtf8 } from './form-parameters.ts';

export interface XmlDocument {
  readonly root: string;
  readonly children: readonly { readonly name: string; readonly text: string }[];
}

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  parseTagValue: false,
  trimValues: false,
  processEntities: false,
  htmlEntities: false,
  cdataPropName: '#cdata',
  commentPropName: '#comment',
});

type Node = Readonly<Record<string, unknown>>;

/** Undefined when it is not such a document, in UTF-8. */
export function readXml(body: Buffer): XmlDocument | undefined {
  const text = fromUtf8(body)?.replace(/^\uFEFF/, '');
  if (text === undefined || !isPlain(text) || XMLValidator.validate(text) !== true) return undefined;
  try {
    const nodes = (parser.parse(text) as Node[]).filter((node) => !('#comment' in node) && !isBlank(node));
    const [first, ...others] = nodes;
    const declared = first !== undefined && '?xml' in first;
    const root = declared ? others[0] : first;
    if (root === undefined || nodes.length !== (declared ? 2 : 1)) return undefined;
    return readRoot(root);
  } catch {
    return undefined;
  }
}

/** Nothing in it that could mean more than it says. */
function isPlain(text: string): boolean {
  // https://www.w3.org/TR/xml/#charsets
  if (/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u.test(text)) return false;
  const markup = withoutData(text);
  if (markup === undefined) return false;
  const declaration =
    /^<\?xml\s+version=["']1\.0["'](?:\s+encoding=["']utf-8["'])?(?:\s+standalone=["'](?:yes|no)["'])?\s*\?>/i;
  const rest = markup.replace(declaration, '');
  return !rest.includes('<!') && !rest.includes('<?') && !rest.includes(']]>');
}

/** Without comments and character data. Undefined when one of them does not end. */
function withoutData(text: string): string | undefined {
  let kept = '';
  let from = 0;
  for (let at = text.indexOf('<!'); at !== -1; at = text.indexOf('<!', from)) {
    const end = text.startsWith('<!--', at) ? '-->' : ']]>';
    // Anything else that begins so stays, to be refused.
    if (end === ']]>' && !text.startsWith('<![CDATA[', at)) return text;
    const last = text.indexOf(end, at + 4);
    if (last === -1) return undefined;
    kept += text.slice(from, at);
    from = last + end.length;
  }
  return kept + text.slice(from);
}

function readRoot(node: Node): XmlDocument | undefined {
  const element = readElement(node);
  if (element === undefined) return undefined;
  const children: { name: string; text: string }[] = [];
  for (const child of element.content) {
    if ('#comment' in child || isBlank(child)) continue;
    const inner = readElement(child);
    const text = inner === undefined ? undefined : readText(inner.content);
    if (inner === undefined || text === undefined) return undefined;
    children.push({ name: inner.name, text });
  }
  return { root: element.name, children };
}

function readElement(node: Node): { readonly name: string; readonly content: readonly Node[] } | undefined {
  const names = Object.keys(node);
  const [name] = names;
  // A second key holds attributes.
  if (name === undefined || names.length !== 1 || name.startsWith('#')) return undefined;
  return { name, content: node[name] as readonly Node[] };
}

function readText(content: readonly Node[]): string | undefined {
  let text = '';
  for (const node of content) {
    if ('#comment' in node) continue;
    if ('#cdata' in node) {
      text += textOfData(node['#cdata']);
      continue;
    }
    if (!('#text' in node)) return undefined;
    const piece = replaceReferences(String(node['#text']));
    if (piece === undefined) return undefined;
    text += piece;
  }
  return text;
}

function textOfData(cdata: unknown): string {
  return (cdata as readonly Node[]).map((node) => String(node['#text'])).join('');
}

const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** XML's own five names and characters by number. Undefined when there is another `&`. */
function replaceReferences(text: string): string | undefined {
  let wrong = false;
  const replaced = text.replace(
    /&(?:(lt|gt|amp|quot|apos);|#(\d+);|#x([0-9a-fA-F]+);)?/g,
    (_match, name, decimal, hex) => {
      if (typeof name === 'string') return named[name] ?? '';
      const code = typeof decimal === 'string' ? Number(decimal) : Number.parseInt(String(hex), 16);
      const character = code >= 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '\0';
      if (!isPlain(character) || character === '\0') wrong = true;
      return character;
    },
  );
  return wrong ? undefined : replaced;
}

function isBlank(node: Node): boolean {
  return '#text' in node && /^[\t\n\r ]*$/.test(String(node['#text']));
}
