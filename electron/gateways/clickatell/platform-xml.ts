/**
 * `POST /messages` in XML: the same fields as the JSON, in elements (docs.clickatell.com, "REST API, send message").
 *
 * Written by hand, since it is nine elements; read by fast-xml-parser with everything switched off that could make an
 * answer into more than it says: a document type is refused, entities beyond the five of XML and character references
 * stay as they stand, numbers and booleans stay text.
 */
import { asObject, type JsonObject } from './platform-decode.ts';
import type { SendMessageRequest } from './platform-request.ts';

/** XML 1.0 §2.2: what no XML document can hold, not even as a reference. */
const unwritable = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u;

/** What XML cannot carry of a text, in words. */
export function xmlObjection(text: string): string | undefined {
  return unwritable.test(text) ? 'the text has a character that XML cannot carry' : undefined;
}

/** Several recipients are several `To` elements: the specification does not wrap the list. */
export function writeXmlRequest(request: SendMessageRequest): string {
  const { content, to, from, binary, clientMessageId, scheduledDeliveryTime } = request;
  const { userDataHeader, validityPeriod, charset } = request;
  let xml = `<?xml version="1.0" encoding="UTF-8"?><SendMessageRequest>${element('Content', content)}`;
  for (const number of to) xml += element('To', number);
  xml += element('From', from);
  xml += element('Binary', binary);
  xml += element('ClientMessageId', clientMessageId);
  xml += element('ScheduledDeliveryTime', scheduledDeliveryTime);
  xml += element('UserDataHeader', userDataHeader);
  xml += element('ValidityPeriod', validityPeriod);
  xml += element('Charset', charset);
  return `${xml}</SendMessageRequest>`;
}

function element(name: string, value: string | number | boolean | undefined): string {
  return value === undefined ? '' : `<${name}>${escapeText(String(value))}</${name}>`;
}

/** A carriage return as it stands would come out as a line feed (XML 1.0 §2.11). */
function escapeText(text: string): string {
  if (!/[&<>\r]/.test(text)) return text;
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;');
}

/**
 * The answer exactly as it is documented, without an error and without a reference in it: read at a glance, since the
 * parser takes as long for it as everything else together. Undefined for any other; then the parser decides.
 */
export function readDocumentedXml(text: string): JsonObject | undefined {
  const frame = frameOfAccepted.exec(text);
  const content = frame?.[1];
  if (content === undefined) return undefined;
  const messages: JsonObject[] = [];
  messageOfAccepted.lastIndex = 0;
  for (;;) {
    const at = messageOfAccepted.lastIndex;
    const match = messageOfAccepted.exec(content);
    if (match === null) return at === content.length ? { messages } : undefined;
    messages.push({ apiMessageId: match[1], accepted: true, to: match[2] });
    if (messageOfAccepted.lastIndex === content.length) return { messages };
  }
}

const frameOfAccepted =
  /^(?:<\?xml version="1\.0" encoding="UTF-8"(?: standalone="yes")?\?>)?<SendMessagesResponse><Messages>(.+)<\/Messages><\/SendMessagesResponse>$/;
const messageOfAccepted =
  /<Message><ApiMessageId>([0-9a-f]{32})<\/ApiMessageId><Accepted>true<\/Accepted><To>(\d+)<\/To><\/Message>/y;

export type ReadXml = (text: string) => JsonObject | undefined;

let reader: Promise<ReadXml> | undefined;
let loaded: ReadXml | undefined;

/** The parser, once it is there. */
export function loadedXmlReader(): ReadXml | undefined {
  return loaded;
}

/** Loads the parser, once. Before a request is sent: what cannot be read must not be asked for. */
export function loadXmlReader(): Promise<ReadXml> {
  reader ??= import('fast-xml-parser').then(
    ({ XMLParser, XMLValidator }) => {
      const parser = new XMLParser({
        ignoreAttributes: true,
        ignoreDeclaration: true,
        ignorePiTags: true,
        removeNSPrefix: true,
        parseTagValue: false,
        processEntities: false,
        htmlEntities: false,
        // Every element is a list, so that one that stands twice cannot pass for one that stands once.
        isArray: () => true,
      });
      loaded = (text) => {
        const documented = readDocumentedXml(text);
        if (documented !== undefined) return documented;
        if (/<!DOCTYPE|<!ENTITY/i.test(text)) return undefined;
        try {
          if (XMLValidator.validate(text) !== true) return undefined;
          return documentOf(parser.parse(text));
        } catch {
          return undefined;
        }
      };
      return loaded;
    },
    (error: unknown) => {
      reader = undefined;
      throw error;
    },
  );
  return reader;
}

const rootNames: ReadonlySet<string> = new Set(['sendmessagesresponse', 'sendmessageslistresponse']);

/**
 * The answer as JSON would have given it. Names are told apart without regard to case. The specification does not name
 * the element around one message, so whatever stands inside `Messages` and has elements of its own is one.
 */
function documentOf(parsed: unknown): JsonObject | undefined {
  const roots = Object.entries(asObject(parsed) ?? {});
  const [name, content] = roots[0] ?? [];
  if (roots.length !== 1 || name === undefined || !rootNames.has(name.toLowerCase())) return undefined;
  const root = only(content);
  if (root === '') return {};
  const members = asObject(root);
  if (members === undefined) return undefined;
  const document: Record<string, unknown> = fieldsOf(members);
  const messages: unknown[] = [];
  let wrapped = false;
  for (const [member, values] of Object.entries(members)) {
    const lists = Array.isArray(values) ? values : [];
    if (member.toLowerCase() === 'messages') {
      if (wrapped || lists.length > 1) return undefined;
      wrapped = true;
      messages.push(...lists);
    } else if (lists.some((value) => asObject(value) !== undefined)) {
      // Elements within an element that the API does not have: something else is said here as well.
      document[member] ??= lists;
    }
  }
  if (wrapped) {
    document.messages = messages
      .flatMap((wrapper: unknown) => Object.values(asObject(wrapper) ?? {}))
      .flatMap((items) => (Array.isArray(items) ? items : []))
      .map((item: unknown) => fieldsOf(asObject(item) ?? {}));
  }
  return document;
}

const jsonNames: Readonly<Record<string, string>> = {
  apimessageid: 'apiMessageId',
  accepted: 'accepted',
  to: 'to',
  errorcode: 'errorCode',
  error: 'error',
  errordescription: 'errorDescription',
};

/** The fields of one level that an answer can have. An empty one says nothing; where one stands twice, none of them does. */
function fieldsOf(members: JsonObject): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  const seen = new Set<string>();
  for (const [member, values] of Object.entries(members)) {
    const name = jsonNames[member.toLowerCase()];
    if (name === undefined) continue;
    if (seen.has(name) || (Array.isArray(values) && values.length > 1)) return {};
    const value = only(values);
    seen.add(name);
    const text = typeof value === 'string' ? decodeReferences(value).trim() : '';
    if (name === 'accepted') fields[name] = xmlBoolean(text);
    else fields[name] = text === '' ? null : text;
  }
  return fields;
}

/** XML Schema writes a boolean in four ways. */
function xmlBoolean(text: string): boolean | null {
  if (text === 'true' || text === '1') return true;
  return text === 'false' || text === '0' ? false : null;
}

function only(values: unknown): unknown {
  return Array.isArray(values) && values.length === 1 ? values[0] : undefined;
}

const predefined: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** The five entities XML has by itself, and characters by number. Whatever else looks like one stays as it is. */
function decodeReferences(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]+));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined)
      return (Object.hasOwn(predefined, name) ? predefined[String(name)] : undefined) ?? whole;
    const point = decimal === undefined ? Number.parseInt(String(hex), 16) : Number(decimal);
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}
