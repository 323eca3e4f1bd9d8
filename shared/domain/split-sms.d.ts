/** What the tests use of https://github.com/Codesleuth/split-sms, which ships no types. */
declare module 'split-sms' {
  interface Split {
    readonly characterSet: 'GSM' | 'Unicode';
    readonly parts: readonly unknown[];
  }
  const splitSms: { split(message: string, options?: { summary?: boolean }): Split };
  export default splitSms;
}
