/** Where the thread starts. Bundled as `dist/main/holidays-worker.cjs` (vite.config.ts). */
import { serveJobs } from '../db/worker/serve.ts';
import { holidayJobs } from './jobs.ts';

serveJobs(holidayJobs);
