/** What a job is. Each lives in a file of its own in `jobs/` and is named in `jobs/index.ts`. */
import type { ReadDatabase } from '../open.ts';

/**
 * Work that may take longer than a frame. It runs in a worker thread, on a connection that cannot write.
 *
 * SQLite is synchronous there as well: while a statement runs, the worker hears nothing, and nobody can interrupt it. So
 * a job cuts its work into statements of bounded time (windows of ids, steps of a backup) and calls `breathe` or `report`
 * between them.
 */
export interface Job<Input, Output, Report = never> {
  run(input: Input, context: JobContext<Report>): Promise<Output> | Output;
}

export interface JobContext<Report> {
  /** The worker's own read-only connection, opened on first use and kept. */
  database(): ReadDatabase;
  /** Lets waiting messages in. @throws JobCancelled when nobody wants the result any more. */
  breathe(): Promise<void>;
  /**
   * Tells the main thread how far the work is, or hands it a piece of the result. Resolves once it was taken, so that a
   * fast job does not fill the memory of a slow reader. @throws JobCancelled
   */
  report(report: Report): Promise<void>;
  /** Tells how far the work is and goes on at once: for work that cannot wait in its middle. @throws JobCancelled */
  tell(report: Report): void;
  /** @throws JobCancelled when nobody wants the result any more */
  stopIfCancelled(): void;
}

/** Thrown inside a job that was stopped; the job lets it through. */
export class JobCancelled extends Error {
  override readonly name = 'JobCancelled';
}

export type InputOf<J> = J extends Job<infer Input, infer _O, infer _R> ? Input : never;
export type OutputOf<J> = J extends Job<infer _I, infer Output, infer _R> ? Output : never;
export type ReportOf<J> = J extends Job<infer _I, infer _O, infer Report> ? Report : never;

/** A job whose code is loaded by its first run. */
export function deferred<Input, Output, Report>(
  load: () => Promise<Job<Input, Output, Report>>,
): Job<Input, Output, Report> {
  return { run: async (input, context) => (await load()).run(input, context) };
}
