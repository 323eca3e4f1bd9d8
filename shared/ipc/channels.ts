/** Names only, so that the preload script does not carry the validator. `contract.ts` is checked against this list. */
export const methods = [
  'app.status',
  'app.window',
  'app.mark',
  'app.openMain',
  'app.openQuickSend',
  'app.hideWindow',
  'app.stretchWindow',
  'app.setMode',
  'app.log',
  'recipients.understand',
  'sending.submit',
  'sending.pause',
  'sending.resume',
  'sending.backOnline',
  'sending.sendHeldBack',
  'sending.undo',
  'schedule.window',
  'recurring.list',
  'recurring.create',
  'recurring.change',
  'recurring.stop',
  'recurring.resume',
  'recurring.remove',
  'draft.load',
  'draft.save',
  'messages.page',
  'messages.search',
  'messages.rows',
  'messages.detail',
  'messages.cancel',
  'messages.ask',
  'messages.resolveDoubt',
  'messages.decideLate',
  'control.resolveDoubts',
  'control.edit',
  'control.move',
  'control.failed',
  'control.retryFailed',
  'control.evidence',
  'care.read',
  'care.dismissIncident',
  'care.backUp',
  'care.restore',
  'care.restoreChosen',
  'care.countNumber',
  'care.eraseNumber',
  'care.exportNumber',
  'care.exportArchive',
  'care.importArchive',
  'settings.read',
  'settings.change',
  'accounts.list',
  'accounts.create',
  'accounts.change',
  'accounts.remove',
  'accounts.coverage',
  'control.pauseAccount',
  'control.resumeAccount',
  'credentials.set',
  'credentials.setLogin',
  'credentials.test',
  'credentials.forget',
] as const;

/** Every method is `invoke`d on `call:<name>`; pushes arrive on this one channel. */
export const callPrefix = 'call:';
export const pushChannel = 'push';

/** What the preload script puts on `window`. */
export interface Bridge {
  call(method: (typeof methods)[number], input: unknown): Promise<unknown>;
  /** Returns the function that unsubscribes. */
  subscribe(listener: (push: unknown) => void): () => void;
}
export const bridgeName = 'outtray';
