import { failure, success } from '../../../shared/errors.ts';
import type { MessageDetail, MessageRow } from '../../../shared/ipc/contract.ts';
import { askCharge, askStatus } from '../../core/outbox/ask-status.ts';
import { nextState } from '../../core/outbox/state.ts';
import type { StoredAttempt, StoredRow } from '../../core/ports.ts';
import type { Handlers } from '../register.ts';
import { unansweredView } from './no-answer.ts';
import type { Services, TextRules } from './services.ts';

type Group = Pick<Handlers, Extract<keyof Handlers, `messages.${string}`>>;

export function messageHandlers(services: Services): Group {
  /** The search under way, by window. */
  const searching = new Map<number, AbortController>();
  return {
    'messages.page': async ({ view, before, limit }) => {
      const workspace = services.workspace();
      if (workspace === undefined) return success({ rows: [], older: null });
      const rules = await services.textRules();
      const page = workspace.messages.page(view, before, limit);
      return success({
        rows: page.rows.map((row) => rowView(row, rules, services.now())),
        older: page.older,
      });
    },
    'messages.search': async ({ query, view, before, limit }, caller) => {
      const workspace = services.workspace();
      if (workspace === undefined) return success({ rows: [], older: null, complete: true });
      searching.get(caller.webContentsId)?.abort();
      const controller = new AbortController();
      searching.set(caller.webContentsId, controller);
      try {
        const page = await workspace.search({ query, view, before, limit }, controller.signal);
        const rules = await services.textRules();
        return success({ ...page, rows: page.rows.map((row) => rowView(row, rules, services.now())) });
      } catch (error) {
        // Whoever typed on does not wait for this one.
        if (controller.signal.aborted) return failure('stale');
        throw error;
      } finally {
        if (searching.get(caller.webContentsId) === controller) searching.delete(caller.webContentsId);
      }
    },
    'messages.rows': async ({ ids }) => {
      const workspace = services.workspace();
      if (workspace === undefined) return success([]);
      const rules = await services.textRules();
      return success(workspace.messages.rows(ids).map((row) => rowView(row, rules, services.now())));
    },
    'messages.detail': async ({ id }) => {
      const found = services.workspace()?.messages.detail(id);
      if (found === undefined) return failure('not-found');
      const { message, attempts } = found;
      const detail: MessageDetail = {
        ...rowView(message, await services.textRules(), services.now()),
        body: message.body,
        erasedAt: message.erasedAt,
        encoding: message.encoding,
        options: message.options,
        account: { id: message.accountId, label: message.accountLabel },
        errorMeaning: services.errorMeaning(message.accountFamily, message.errorCode, message.errorText),
        clientRef: message.clientRef,
        providerId: message.providerId,
        resendOf: message.resendOf,
        attempts: attempts.map(attemptView),
      };
      return success(detail);
    },
    'messages.cancel': async ({ id }) => {
      const workspace = services.workspace();
      if (workspace === undefined) return failure('not-found');
      return success({ outcome: await workspace.outbox.cancel(id) });
    },
    'messages.ask': async ({ id, question }) => {
      const workspace = services.workspace();
      const message = workspace?.messages.detail(id)?.message;
      if (workspace === undefined || message === undefined) return failure('not-found');
      // Nothing can follow from an answer about a text whose end is known, or that the gateway never took.
      if (nextState(message.state, 'report-delivered') === undefined) return failure('stale');
      const runner = workspace.accounts.get(message.accountId);
      if (runner === undefined || message.providerId === null) return failure('question-not-offered');
      const text = { id, providerId: message.providerId };
      const parts = {
        gateway: runner.gateway,
        readKey: () => runner.credentials.readKey(),
        report: workspace.outbox.report.bind(workspace.outbox),
      };
      const [answer, charge] = await Promise.all([
        askStatus(question, text, parts),
        question === 'status' ? askCharge(text, parts) : undefined,
      ]);
      if (answer.kind === 'not-offered') return failure('question-not-offered');
      if (answer.kind === 'no-answer') return success(unansweredView(answer));
      const { meaning, code } = answer;
      const credits = charge?.kind === 'charge' ? charge.credits : null;
      return success({ kind: 'status', meaning, code: code.slice(0, longestCode), credits });
    },
    'messages.resolveDoubt': async ({ id, decision }) => {
      const workspace = services.workspace();
      if (workspace === undefined) return failure('not-found');
      await workspace.outbox.resolveDoubt(id, decision);
      return success(undefined);
    },
    'messages.decideLate': async ({ id, decision }) => {
      const workspace = services.workspace();
      if (workspace === undefined) return failure('not-found');
      await workspace.outbox.decideLate(id, decision);
      return success(undefined);
    },
  };
}

/** UTF-16 units of a gateway's word for a status. */
const longestCode = 100;
/** UTF-16 units shown of a text in a list. */
const previewUnits = 160;

/** One line. The database counts characters, the contract units: an emoji is one of those and two of these. */
export function preview(start: string): string {
  const line = start.replaceAll(/\s+/g, ' ');
  if (line.length <= previewUnits) return line;
  return line.slice(0, previewUnits).replace(/[\ud800-\udbff]$/, '');
}

function rowView(row: StoredRow, rules: TextRules, now: number): MessageRow {
  return {
    id: row.id,
    recipient: row.recipient,
    recipientDisplay: rules.display(row.recipient),
    preview: preview(row.start),
    parts: row.parts,
    state: row.state,
    stateAt: row.stateAt,
    createdAt: row.createdAt,
    notBefore: row.state === 'queued' && row.notBefore > now ? row.notBefore : null,
    errorCode: row.errorCode,
    errorText: row.errorText,
    cancelRequested: row.cancelRequested === 1,
  };
}

/** What a window sees of a try; the reader knows more. */
export function attemptView(attempt: StoredAttempt): MessageDetail['attempts'][number] {
  const { number, openedAt, closedAt, outcome, httpStatus, text } = attempt;
  return { number, openedAt, closedAt, outcome, httpStatus, text };
}
