/** Where a worker starts. Bundled as `dist/main/database-worker.cjs` (vite.config.ts). */
import { jobs } from './jobs/index.ts';
import { serveJobs } from './serve.ts';

serveJobs(jobs);
