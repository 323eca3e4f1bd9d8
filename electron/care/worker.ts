/** Where the thread of a whole-file job starts. Bundled as `dist/main/care-worker.cjs` (vite.config.ts). */
import { serveJobs } from '../db/worker/serve.ts';
import { careJobs } from './jobs.ts';

serveJobs(careJobs);
