/** What main and a worker say to each other. Plain data only: it is cloned on the way. */

export type ToWorker =
  | {
      readonly kind: 'run';
      readonly id: number;
      readonly job: string;
      readonly input: unknown;
      /** Shared memory, not 0 once nobody wants the result: seen also in the middle of work that hears no messages. */
      readonly stop: Int32Array;
    }
  | { readonly kind: 'cancel'; readonly id: number }
  /** The last report of this job was taken. */
  | { readonly kind: 'taken'; readonly id: number }
  /** Close the connection and end. Jobs that still run are cancelled. */
  | { readonly kind: 'close' };

export type FromWorker =
  | { readonly kind: 'report'; readonly id: number; readonly report: unknown }
  /** As `report`, but the job has gone on already. */
  | { readonly kind: 'told'; readonly id: number; readonly report: unknown }
  | { readonly kind: 'done'; readonly id: number; readonly output: unknown }
  | {
      readonly kind: 'failed';
      readonly id: number;
      readonly name: string;
      readonly message: string;
      /** SQLite's or the system's code, such as `SQLITE_FULL`. */
      readonly code: string | undefined;
    };
