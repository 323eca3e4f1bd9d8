import { failure, success } from '../../../shared/errors.ts';
import type { Handlers } from '../register.ts';
import type { Services } from './services.ts';

type Group = Pick<Handlers, Extract<keyof Handlers, `draft.${string}`>>;

/** The one draft there is: what stands in quick-send. */
export const quickSendDraft = 'quick-send';

export function draftHandlers(services: Services): Group {
  return {
    'draft.load': () => {
      const draft = services.workspace()?.drafts.load(quickSendDraft);
      return success(draft ?? { to: '', body: '', submissionId: services.newSubmissionId() });
    },
    'draft.save': (draft) => {
      const workspace = services.workspace();
      if (workspace === undefined) return failure('no-account');
      workspace.drafts.save(quickSendDraft, draft, services.now());
      return success(undefined);
    },
  };
}
