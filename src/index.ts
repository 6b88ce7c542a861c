export { defineScenario, runScenario } from './api/define.ts';
export type { RunScenarioOptions } from './api/define.ts';
export { prepareLive } from './api/live.ts';
export type { LiveOptions, LiveRun } from './api/live.ts';
export { loadCells, loadScenario, prepareVirtual, simulate } from './api/scenario.ts';
export type {
  LoadedScenario,
  LoadOptions,
  ScenarioInput,
  VirtualOptions,
  VirtualRun,
} from './api/scenario.ts';
export { serve } from './api/serve.ts';
export type { ServeOptions, Serving } from './api/serve.ts';
export type { RunResult } from './api/run.ts';
export type { ScenarioData } from './config/data.ts';
export { InThread } from './api/in-thread.ts';
export { runSweep } from './api/sweep.ts';
export type { Executor, SweepCompany, SweepResult } from './api/sweep.ts';
export { planSweep } from './api/sweep-plan.ts';
export type { SweepPlan, SweepRequest } from './api/sweep-plan.ts';
export { WorkerPool } from './api/worker-pool.ts';
