/** A worker with one job that does whatever `workers.test.ts` asks for. */
import { threadId } from 'node:worker_threads';
import type { Job } from './job.ts';
import { serveJobs } from './serve.ts';

let running = 0;
let putAway = 0;

const act: Job<{ do: string; with?: unknown; times?: number }, unknown, unknown> = {
  async run(input, context) {
    switch (input.do) {
      case 'answer':
        return input.with;
      case 'thread':
        return threadId;
      case 'throw':
        throw new RangeError('no such thing');
      case 'write':
        return context.database().exec('CREATE TABLE nonsense (id INTEGER)');
      case 'report':
        for (let index = 0; index < (input.times ?? 0); index += 1) await context.report(index);
        return input.times;
      case 'breathe':
        running += 1;
        try {
          await context.report('started');
          for (;;) await context.breathe();
        } finally {
          running -= 1;
        }
      case 'count-running':
        await context.breathe();
        return running;
      case 'work-without-a-pause':
        context.tell('started');
        try {
          for (;;) context.stopIfCancelled();
        } finally {
          putAway += 1;
        }
      case 'count-put-away':
        return putAway;
      case 'tell-and-end':
        context.tell('nearly done');
        return 'done';
      case 'hang':
        await context.report('hanging');
        for (;;) Math.random();
      case 'die':
        process.exit(3);
    }
    return undefined;
  },
};

serveJobs({ search: act });
