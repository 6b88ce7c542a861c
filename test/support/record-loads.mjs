// `node --import THIS`: every module that is loaded is written to the file that $LOADS names, one a line.
import { appendFileSync } from 'node:fs';
import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';

if (isMainThread) register(import.meta.url);

export function load(url, context, next) {
  appendFileSync(process.env.LOADS, `${url}\n`);
  return next(url, context);
}
