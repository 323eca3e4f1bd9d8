import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeSendAnswer } from './platform-decode.ts';
import { loadXmlReader, readDocumentedXml, writeXmlRequest, xmlObjection } from './platform-xml.ts';

const read = await loadXmlReader();
const now = Date.UTC(2026, 0, 15, 12, 0, 0);
const one = '27821234567';
const two = '27821234568';
const id = '174319bc027f45d989728093cc170107';

function decode(status: number, body: string, numbers = [one]) {
  const { outcomes, pause } = decodeSendAnswer({ status, headers: {}, bodyText: body }, numbers, {
    now,
    read,
  });
  expect(outcomes).toHaveLength(numbers.length);
  return { outcomes, pause };
}
function response(content: string): string {
  return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><SendMessagesResponse>${content}</SendMessagesResponse>`;
}
function message(
  to: string,
  content = `<ApiMessageId>${id}</ApiMessageId><Accepted>true</Accepted>`,
): string {
  return `<Message>${content}<To>${to}</To></Message>`;
}

it('an error beside more than the API writes proves nothing', () => {
  const error = '<ErrorCode>105</ErrorCode><Error>x</Error>';
  for (const content of [
    `<Data><Messages>${message(one)}</Messages></Data>${error}`,
    `<Messages></Messages><Messages></Messages>${error}`,
  ]) {
    expect(decode(202, response(content)).outcomes).toMatchObject([{ kind: 'unknown' }]);
  }
});

describe('the request', () => {
  it('is the elements of the specification, in its order', () => {
    expect(
      writeXmlRequest({
        content: 'a < b & "c" > d\r\n',
        to: [one, two],
        from: '18563184169',
        binary: false,
        clientMessageId: 'R',
        scheduledDeliveryTime: '2017-02-27T14:30:00+0200',
        userDataHeader: '0605040B8423F0',
        validityPeriod: 1440,
        charset: 'UTF-8',
      }),
    ).toBe(
      '<?xml version="1.0" encoding="UTF-8"?><SendMessageRequest><Content>a &lt; b &amp; "c" &gt; d&#13;\n</Content>' +
        `<To>${one}</To><To>${two}</To><From>18563184169</From><Binary>false</Binary>` +
        '<ClientMessageId>R</ClientMessageId><ScheduledDeliveryTime>2017-02-27T14:30:00+0200</ScheduledDeliveryTime>' +
        '<UserDataHeader>0605040B8423F0</UserDataHeader><ValidityPeriod>1440</ValidityPeriod><Charset>UTF-8</Charset>' +
        '</SendMessageRequest>',
    );
  });

  it.each(['\u0000', '\u0001', '\f', '\b', '\ufffe', '\ud800'])('cannot carry %j', (character) => {
    expect(xmlObjection(`a${character}b`)).toMatch(/XML cannot carry/);
  });

  it('carries everything else unchanged', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(xmlObjection(text) === undefined && text.trim() === text);
        const written = writeXmlRequest({ content: text, to: [], clientMessageId: 'R' });
        const content = /<Content>([\s\S]*)<\/Content>/.exec(written)?.[1] ?? '';
        // Read back through the answer's reader, which trims and takes an empty element for none.
        const back = read(response(`<Error>${content}</Error>`))?.error ?? '';
        expect(back).toBe(text);
        expect(written).not.toMatch(/&(?!amp;|lt;|gt;|#13;)/);
      }),
    );
  });
});

describe('the answer', () => {
  it('of the documents is taken', () => {
    const body = response(`<Messages>${message(one)}</Messages>`);
    expect(decode(202, body).outcomes).toEqual([{ kind: 'accepted', providerId: id }]);
  });

  it.each([
    [
      'another item element',
      response(`<Messages>${message(one).replaceAll('Message>', 'SendMessageResponse>')}</Messages>`),
    ],
    [
      'white space and a comment',
      response(`\n <Messages>\n  <!-- x -->${message(`\n${one} `)}\n </Messages>\n`),
    ],
    [
      'another case',
      response(`<messages>${message(one)}</messages>`).replaceAll('ApiMessageId', 'apiMessageId'),
    ],
    [
      'a name space',
      response(`<Messages>${message(one)}</Messages>`)
        .replaceAll('<Message>', '<n:Message xmlns:n="x">')
        .replaceAll('</Message>', '</n:Message>'),
    ],
    ['no prolog', response(`<Messages>${message(one)}</Messages>`).replace(/^<\?.*?\?>/, '')],
    [
      'empty error elements',
      response(
        `<Messages>${message(one, `<ApiMessageId>${id}</ApiMessageId><Accepted>1</Accepted><ErrorCode/><Error></Error>`)}</Messages><ErrorCode/>`,
      ),
    ],
    [
      'CDATA',
      response(
        `<Messages>${message(one, `<ApiMessageId><![CDATA[${id}]]></ApiMessageId><Accepted>true</Accepted>`)}</Messages>`,
      ),
    ],
  ])('is taken with %s', (_name, body) => {
    expect(decode(202, body).outcomes).toEqual([{ kind: 'accepted', providerId: id }]);
  });

  it('tells several numbers apart', () => {
    const refused =
      '<Accepted>false</Accepted><ErrorCode>105</ErrorCode><Error>Invalid &amp; &#39;bad&#x27;.</Error>';
    expect(
      decode(202, response(`<Messages>${message(two, refused)}${message(`+${one}`)}</Messages>`), [one, two])
        .outcomes,
    ).toEqual([
      { kind: 'accepted', providerId: id },
      { kind: 'rejected', code: '105', text: "Invalid & 'bad'." },
    ]);
  });

  it('turns a request away whole', () => {
    for (const messages of ['<Messages/>', '<Messages></Messages>', '']) {
      expect(
        decode(
          200,
          response(
            `${messages}<ErrorCode>108</ErrorCode><Error>Invalid or missing integration API Key.</Error>`,
          ),
        ),
      ).toMatchObject({ outcomes: [{ kind: 'notSent' }], pause: { reason: 'key-rejected' } });
    }
  });

  it.each([
    ['cut', response(`<Messages>${message(one)}</Messages>`).slice(0, -10)],
    ['cut inside', response(`<Messages>${message(one)}`)],
    ['another root', `<html><Messages>${message(one)}</Messages></html>`],
    ['two roots', `${response(`<Messages>${message(one)}</Messages>`)}<x/>`],
    ['a page', '<html><body>Welcome</body></html>'],
    ['nothing', ''],
    ['JSON', '{"messages":[]}'],
    ['an empty answer', response('')],
    [
      'a verdict that stands twice',
      response(`<Messages>${message(one, '<Accepted>true</Accepted><Accepted>false</Accepted>')}</Messages>`),
    ],
    [
      'an error that stands twice',
      response(
        `<Messages>${message(one, '<Accepted>true</Accepted><Error>a</Error><Error>b</Error>')}</Messages>`,
      ),
    ],
    ['two verdicts', response(`<Messages>${message(one)}${message(one)}</Messages>`)],
    [
      'a verdict of another word',
      response(`<Messages>${message(one, '<Accepted>TRUE</Accepted>')}</Messages>`),
    ],
    ['no number', response(`<Messages><Message><Accepted>true</Accepted></Message></Messages>`)],
    ['messages without elements', response(`<Messages>${one}</Messages>`)],
    [
      'a document type',
      `<!DOCTYPE x [<!ENTITY a "${one}">]>${response(`<Messages>${message('&a;')}</Messages>`).replace(/^<\?.*?\?>/, '')}`,
    ],
    [
      'a small document type',
      `<!doctype x>${response(`<Messages>${message(one)}</Messages>`).replace(/^<\?.*?\?>/, '')}`,
    ],
  ])('leaves it open: %s', (_name, body) => {
    expect(decode(202, body).outcomes).toMatchObject([{ kind: 'unknown' }]);
  });

  it('is the same at a glance as through the parser', () => {
    const documented = response(`<Messages>${message(one)}${message(two)}</Messages>`);
    expect(readDocumentedXml(documented)).toEqual({
      messages: [
        { apiMessageId: id, accepted: true, to: one },
        { apiMessageId: id, accepted: true, to: two },
      ],
    });
    // One space more, and the parser reads it.
    const parsed = documented.replace('<Messages>', '<Messages> ');
    expect(readDocumentedXml(parsed)).toBeUndefined();
    expect(read(parsed)).toEqual(readDocumentedXml(documented));
    for (let length = 0; length < documented.length; length += 1) {
      expect(readDocumentedXml(documented.slice(0, length))).toBeUndefined();
    }
    for (const other of [
      response(`<Messages>${message(one)}x</Messages>`),
      response(`<Messages>x${message(one)}</Messages>`),
      response(`<Messages>${message(one)}</Messages><ErrorCode>1</ErrorCode>`),
      response(
        `<Messages>${message(one, '<ApiMessageId>x</ApiMessageId><Accepted>true</Accepted>')}</Messages>`,
      ),
      response(`<Messages>${message(one)}</Messages>`).replace('<?xml', '<!DOCTYPE x><?xml'),
      response('<Messages></Messages>'),
    ]) {
      expect(readDocumentedXml(other)).toBeUndefined();
    }
  });

  it('does not expand entities', () => {
    const bomb = `<!DOCTYPE b [<!ENTITY a "${'x'.repeat(1000)}"><!ENTITY b "${'&a;'.repeat(1000)}">]><b>&b;</b>`;
    expect(read(bomb)).toBeUndefined();
    expect(read(response('<Error>&nbsp;&x;&#x110000;</Error>'))).toEqual({ error: '&nbsp;&x;&#x110000;' });
    expect(read(response('<__proto__><polluted>1</polluted></__proto__>'))).toBeUndefined();
  });

  it('is read or not, but never trips the reader', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom(
            '<',
            '>',
            '/',
            '&',
            ';',
            'Messages',
            'Message',
            'To',
            '"',
            '=',
            '!',
            '[',
            'CDATA[',
            ']]',
            '-',
            ' ',
            one,
          ),
        ),
        (pieces) => {
          expect(() => read(response(pieces.join('')))).not.toThrow();
          expect(() => read(pieces.join(''))).not.toThrow();
        },
      ),
      { numRuns: 2000 },
    );
  });
});
